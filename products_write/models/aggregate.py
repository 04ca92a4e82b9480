"""The base class of an aggregate: it is locked, it decides, and it stores its decisions with their events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import models

from events.contracts import DomainEvent
from events.log import Metadata, NewEvent, RecordedEvent, append
from kernel.database import tables


class Aggregate(models.Model):
    """A row and the stream of events that led to it. `version` and `recorded_at` are those of the last event."""

    id = models.BigIntegerField(primary_key=True)
    version = models.BigIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        abstract = True

    decided_at: datetime
    """The moment of the decision: the database's clock, read under the lock, and never before the last event."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pending: list[NewEvent] = []
        self._changed: dict[str, object] = {}

    @property
    def pending(self) -> Sequence[NewEvent]:
        """The events that are decided and not yet stored."""
        return tuple(self._pending)

    @property
    def next_version(self) -> int:
        """The version that the next recorded event will have."""
        return self.version + len(self._pending) + 1

    def record(self, event: DomainEvent, *, effective_at: datetime | None = None, **columns: object) -> None:
        """Sets `columns` of the row, and keeps the event that says why until `store`.

        `effective_at` is the time in the world that the event is about; None means the moment of the decision.
        """
        for name, value in columns.items():
            setattr(self, name, value)
        self._changed.update(columns)
        self._pending.append(NewEvent(event, effective_at))

    def store(self, metadata: Metadata) -> list[RecordedEvent]:
        """Writes the changed columns and appends the events, in the transaction of the caller (law 1)."""
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
