"""An event before it is recorded, as it stands in the log, and as a fold reads it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from events.contracts import DomainEvent, decode


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event not yet in the log; `effective_at` is when it was so in the world, None for when it is recorded."""

    event: DomainEvent
    effective_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """Who, why and through which command. User ids only: deleting the account anonymises the log."""

    actor_id: int | None
    command_id: UUID
    command: str
    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None


class RecordedEvent(NamedTuple):
    """An event as it stands in the log; `event` decodes its data."""

    position: int
    event_id: UUID
    product_id: int
    version: int
    type: str
    schema_version: int
    data: str
    metadata: str
    recorded_at: datetime
    effective_at: datetime

    @property
    def event(self) -> DomainEvent:
        return decode(self.type, self.schema_version, self.data)


class StreamEvent(NamedTuple):
    """What a fold reads of an event."""

    product_id: int
    version: int
    position: int
    type: str
    schema_version: int
    data: str

    @property
    def event(self) -> DomainEvent:
        return decode(self.type, self.schema_version, self.data)


Stream = tuple[int, Iterator[StreamEvent]]
RecordedStream = tuple[int, Iterator[RecordedEvent]]
