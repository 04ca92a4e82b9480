"""What makes a product an aggregate: it is locked, decides, and stores what it decided with its events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import models

from events.contracts import DomainEvent
from events.log import Metadata, NewEvent, RecordedEvent, append
from kernel.database import tables


class Aggregate(models.Model):
    """A stream of events and the row they amount to; `version` and `recorded_at` are the last event's."""

    id = models.BigIntegerField(primary_key=True)
    version = models.BigIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        abstract = True

    decided_at: datetime
    """When the present command decides: the clock under the lock, never before the stream's last event."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pending: list[NewEvent] = []
        self._changed: dict[str, object] = {}

    @property
    def pending(self) -> Sequence[NewEvent]:
        """The events decided and not yet stored."""
        return tuple(self._pending)

    @property
    def next_version(self) -> int:
        """The version that the next recorded event will have."""
        return self.version + len(self._pending) + 1

    def record(self, event: DomainEvent, *, effective_at: datetime | None = None, **columns: object) -> None:
        """Sets these columns of the row and remembers the event that says why."""
        for name, value in columns.items():
            setattr(self, name, value)
        self._changed.update(columns)
        self._pending.append(NewEvent(event, effective_at))

    def store(self, metadata: Metadata) -> list[RecordedEvent]:
        """Writes the changed columns and appends the events (law 1: one transaction, the caller's)."""
        if not self._pending:
            return []
        after_version, events = self.version, self._pending
        self.version += len(events)
        self.recorded_at = self.decided_at
        columns = {**self._changed, "version": self.version, "recorded_at": self.recorded_at}
        self._pending, self._changed = [], {}
        return append(
            self.id,
            after_version,
            events,
            recorded_at=self.decided_at,
            metadata=metadata,
            with_statement=tables.update_statement(type(self), columns, {"id": self.id}),
        )
