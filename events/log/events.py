"""An event in three forms: before it is recorded, as the log holds it, and as a fold reads it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from events.contracts import DomainEvent, decode


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that is not yet in the log.

    `effective_at` is the time at which it happened in the world. None stands for the time of recording.
    """

    event: DomainEvent
    effective_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """The actor, the cause and the command of an event.

    It names users by their ids alone. Deleting an account therefore anonymises the log.
    """

    actor_id: int | None
    command_id: UUID
    command: str
    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None


class RecordedEvent(NamedTuple):
    """An event as the log holds it. `event` decodes its data."""

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
    """The parts of an event that a fold reads."""

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
