"""Projections that differ from their record, are not registered, or handle no event or one event twice."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage
from django.db.models import Model
from django.utils.module_loading import module_has_submodule

from events.checks.messages import error
from events.contracts.base import DomainEvent
from events.contracts.registry import REGISTRY
from events.projections.base import Projection, ReadRow, registered_projections
from events.projections.fingerprint import fingerprint_of


def check_fingerprints() -> list[CheckMessage]:
    """E001: a projection differs from the one whose fingerprint is recorded beside its version."""
    return [
        error(
            1,
            f"The columns, the document or the code of the projection {name} have changed, so its rows may differ.",
            f"If the same events give other rows and the version was not raised for that yet: {_raised(projection)} "
            f'Otherwise set only fingerprint = "{found}" there.',
            type(projection),
        )
        for name, projection in registered_projections().items()
        if (found := fingerprint_of(projection)) != projection.fingerprint
    ]


def check_documents() -> list[CheckMessage]:
    """E002: the rows of a projection have a document, and the projection does not say of which type."""
    return [
        error(
            2,
            f"The rows of the projection {name} have a document, and nothing watches its fields.",
            f"Set document in {type(projection).__module__} to the class of the document.",
            type(projection),
        )
        for name, projection in registered_projections().items()
        if projection.document is None and _has_column(projection.model, "document")
    ]


def check_handlers() -> list[CheckMessage]:
    """E003 and E004: a projection handles an event that is never in the log, or one event twice."""
    found: list[CheckMessage] = []
    for name, projection in registered_projections().items():
        for event_class, methods in _handlers_of(projection).items():
            about = f"The projection {name} handles {event_class.__name__} in {' and '.join(methods)}"
            if event_class not in REGISTRY.values():
                found.append(
                    error(
                        3,
                        f"{about}, but that event is not published, so the log never has it.",
                        f"Put @published before the class in {event_class.__module__}, or remove the method.",
                        type(projection),
                    )
                )
            if len(methods) > 1:
                found.append(
                    error(
                        4,
                        f"{about}, but only one of them runs.",
                        "Make one method of them.",
                        type(projection),
                    )
                )
    return found


def check_registration() -> list[CheckMessage]:
    """E005 and E006: a projection that nobody runs, and a read table that not exactly one projection fills."""
    projections = registered_projections().values()
    running = {type(projection) for projection in projections}
    unregistered = [
        error(
            5,
            f"The projection {found.__name__} in {found.__module__} is not registered, so its table stays empty.",
            "Register it with register_projection in the ready() of its app.",
            found,
        )
        for found in _projection_classes()
        if found not in running
    ]
    filled = [projection.model for projection in projections]
    not_by_one = [
        error(
            6,
            f"{filled.count(model) or 'No'} registered projections fill the read table of {model.__name__}.",
            "Register exactly one projection that has this model.",
            model,
        )
        for model in apps.get_models()
        if issubclass(model, ReadRow) and filled.count(model) != 1
    ]
    return [*unregistered, *not_by_one]


def _raised(projection: Projection[Any]) -> str:
    version = projection.version + 1
    fingerprint = fingerprint_of(projection, version)
    return f'set version = {version} and fingerprint = "{fingerprint}" in {type(projection).__module__}.'


def _projection_classes() -> Iterator[type[Projection[Any]]]:
    """The projections in the package `projections` of each app. The engine's package of that name has only the base."""
    for config in apps.get_app_configs():
        if config.module is None or not module_has_submodule(config.module, "projections"):
            continue
        package = import_module(f"{config.name}.projections")
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            for found in vars(import_module(module.name)).values():
                if _is_projection(found) and found.__module__ == module.name:
                    yield found


def _is_projection(found: object) -> bool:
    return isinstance(found, type) and issubclass(found, Projection) and hasattr(found, "name")


def _handlers_of(projection: Projection[Any]) -> dict[type[DomainEvent], list[str]]:
    found: dict[type[DomainEvent], list[str]] = {}
    for name in dir(type(projection)):
        if handled := getattr(getattr(type(projection), name), "handled_event", None):
            found.setdefault(handled, []).append(name)
    return found


def _has_column(model: type[Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.concrete_fields)
