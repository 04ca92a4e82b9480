"""The event types that the log may hold, by name."""

from typing import TypeVar

from events.contracts.base import DomainEvent

REGISTRY: dict[str, type[DomainEvent]] = {}

_E = TypeVar("_E", bound=DomainEvent)


def published(event_class: type[_E]) -> type[_E]:
    """Class decorator: registers an event that the log may hold. Raises ValueError if its type is taken."""
    if event_class.type in REGISTRY:
        raise ValueError(f"Event type {event_class.type!r} is published twice.")
    REGISTRY[event_class.type] = event_class
    return event_class
