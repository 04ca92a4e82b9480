"""Event classes that nobody publishes, or that no write model can fold."""

from collections.abc import Iterator

from django.core.checks import CheckMessage

from events.checks.messages import error
from events.contracts.base import DomainEvent
from events.contracts.registry import REGISTRY
from events.integrity.verify import registered_write_models


def check_write_folds() -> list[CheckMessage]:
    """E007: no write model can fold an event, so `verify_read_models` would fail at it."""
    write_models = registered_write_models()
    return [
        error(
            7,
            f"No registered write model knows the event {name}, so verify_read_models fails at the first one.",
            f"Add a case for {event_class.__name__} to the fold of the write model.",
            event_class,
        )
        for name, event_class in REGISTRY.items()
        if not any(write_model.knows(event_class) for write_model in write_models)
    ]


def check_published() -> list[CheckMessage]:
    """E008: an event class in a package of published ones is not published, so nobody could read such an event."""
    published = set(REGISTRY.values())
    packages = {_package(event_class) for event_class in published}
    return [
        error(
            8,
            f"The event class {found.__name__} in {found.__module__} is not published, so the log cannot be read "
            "once it has such an event.",
            "Put @published before the class.",
            found,
        )
        for found in _subclasses(DomainEvent)
        if _package(found) in packages and found not in published and hasattr(found, "type")
    ]


def _package(event_class: type[DomainEvent]) -> str:
    return event_class.__module__.partition(".")[0]


def _subclasses(event_class: type[DomainEvent]) -> Iterator[type[DomainEvent]]:
    for found in event_class.__subclasses__():
        yield found
        yield from _subclasses(found)
