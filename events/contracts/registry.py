"""The event types that may stand in the log, by name."""

from typing import TypeVar

from events.contracts.base import DomainEvent

REGISTRY: dict[str, type[DomainEvent]] = {}

_E = TypeVar("_E", bound=DomainEvent)


def published(event_class: type[_E]) -> type[_E]:
    """Class decorator: this event may stand in the log. Raises ValueError for a type that is registered already."""
    if event_class.type in REGISTRY:
        raise ValueError(f"Event type {event_class.type!r} is published twice.")
    REGISTRY[event_class.type] = event_class
    return event_class
