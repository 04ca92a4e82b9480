"""Folds events into a row of a projection, without a database."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from events.contracts import DomainEvent, encode
from events.log import RecordedEvent
from events.projections.base import Projection, ReadRow, fold

Row = TypeVar("Row", bound=ReadRow)

MOMENT = datetime(2024, 2, 29, 12, tzinfo=UTC)


def recorded(product_id: int, events: Sequence[DomainEvent], after_version: int = 0) -> list[RecordedEvent]:
    """The events as the log returns them, with versions from `after_version` + 1."""
    return [
        RecordedEvent(
            position=version,
            event_id=UUID(int=version),
            product_id=product_id,
            version=version,
            type=event.type,
            schema_version=event.schema_version,
            data=encode(event),
            metadata="{}",
            recorded_at=MOMENT,
            effective_at=MOMENT,
        )
        for version, event in enumerate(events, start=after_version + 1)
    ]


def folded(projection: Projection[Row], *events: DomainEvent, product_id: int = 7) -> Row:
    """The projection's row after these events."""
    return fold(projection, projection.blank(product_id), recorded(product_id, events))
