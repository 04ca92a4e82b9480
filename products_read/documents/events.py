"""The JSON documents of events, made from the rows of the log."""

from uuid import UUID

import msgspec
from msgspec import Raw

from events.log import RecordedEvent
from kernel.times import rfc3339


class EventDocument(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it is served. `type` and `schema_version` decide on the fields in `data`. Times are in UTC."""

    position: int
    id: UUID
    product_id: int
    version: int
    type: str
    schema_version: int
    data: Raw
    metadata: Raw
    recorded_at: str
    effective_at: str


_encoder = msgspec.json.Encoder()


def rendered_event(recorded: RecordedEvent) -> str:
    """The event's JSON text. It contains the data and metadata exactly as they were recorded."""
    return _encoder.encode(
        EventDocument(
            position=recorded.position,
            id=recorded.event_id,
            product_id=recorded.product_id,
            version=recorded.version,
            type=recorded.type,
            schema_version=recorded.schema_version,
            data=Raw(recorded.data),
            metadata=Raw(recorded.metadata),
            recorded_at=rfc3339(recorded.recorded_at),
            effective_at=rfc3339(recorded.effective_at),
        )
    ).decode()
