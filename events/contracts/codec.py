"""Events to JSON and back."""

from datetime import datetime
from functools import cache
from typing import get_type_hints

import msgspec

from events.contracts.base import DomainEvent
from events.contracts.registry import REGISTRY
from events.contracts.upcasting import upcast
from kernel.times import rfc3339

_encoder = msgspec.json.Encoder()


class UnreadableEvent(Exception):
    """This code does not know the event's type or schema version. Newer code may know it (a rolling deploy)."""


def encode(event: DomainEvent) -> str:
    """Returns the event's data as JSON text. Money is text, and times are RFC 3339 with microseconds."""
    times = _times_of(type(event))
    if not times:
        return _encoder.encode(event).decode()
    written = {name: rfc3339(getattr(event, name)) for name in times}
    return _encoder.encode(msgspec.structs.asdict(event) | written).decode()


@cache
def _times_of(event_class: type[DomainEvent]) -> tuple[str, ...]:
    return tuple(name for name, hint in get_type_hints(event_class).items() if hint is datetime)


def decode(event_type: str, schema_version: int, data: str | bytes) -> DomainEvent:
    """Returns the event of that type from its stored data. Data of an older schema version is upcast first.

    Raises UnreadableEvent for a type or a schema version that this code does not know.
    """
    event_class = REGISTRY.get(event_type)
    if event_class is None:
        raise UnreadableEvent(f"This code does not know the event type {event_type!r}.")
    if schema_version == event_class.schema_version:
        return _decoder(event_class).decode(data)
    return _decode_old(event_class, schema_version, data)


@cache
def _decoder(event_class: type[DomainEvent]) -> msgspec.json.Decoder[DomainEvent]:
    return msgspec.json.Decoder(event_class)


def _decode_old(event_class: type[DomainEvent], schema_version: int, data: str | bytes) -> DomainEvent:
    known = event_class.schema_version
    try:
        if schema_version > known:
            raise KeyError(schema_version)
        old = msgspec.json.decode(data)
        current = upcast(event_class.type, old, from_version=schema_version, to_version=known)
    except KeyError:
        unreadable = f"Schema version {schema_version} of {event_class.type} cannot be read"
        raise UnreadableEvent(f"{unreadable}: this code reads version {known}.") from None
    return msgspec.convert(current, event_class)
