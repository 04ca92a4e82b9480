"""What every event class has, and the registry of types."""

from typing import ClassVar, TypeVar

import msgspec

REGISTRY: dict[str, type["DomainEvent"]] = {}


class DomainEvent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fact about one product, past tense. It carries the decision, so that a fold needs nothing else.

    `type` is the name in the log; `schema_version` counts the shapes it has had.
    """

    type: ClassVar[str]
    schema_version: ClassVar[int] = 1


E = TypeVar("E", bound=DomainEvent)


def published(event_class: type[E]) -> type[E]:
    """Class decorator: this event may stand in the log."""
    if event_class.type in REGISTRY:
        raise ValueError(f"Event type {event_class.type!r} is published twice.")
    REGISTRY[event_class.type] = event_class
    return event_class
