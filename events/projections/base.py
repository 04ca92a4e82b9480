"""The base of projections: a read model's name, version and table, and one small method per event."""

from collections.abc import Callable, Container, Iterable
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar

import msgspec
from django.db import DatabaseError, models

from events.contracts import DomainEvent
from kernel.read_only_models import ReadOnlyModel


class ReadRow(ReadOnlyModel):
    """A row of a read model: the fold of one product's stream up to `version`, by code of `projection_version`."""

    id = models.BigIntegerField(primary_key=True)
    version = models.BigIntegerField()
    projection_version = models.PositiveIntegerField()

    class Meta:
        abstract = True


Row = TypeVar("Row", bound=ReadRow)
_E = TypeVar("_E", bound=DomainEvent)


class ChildTable(NamedTuple):
    """A table with several rows per product. `rows(row)` derives them from the row, as values of `columns`.

    The table's model has `product_id` and these columns. Rows are unique within a product.
    """

    model: type[models.Model]
    columns: tuple[str, ...]
    rows: Callable[[Any], list[tuple[Any, ...]]]


class MissingVersion(Exception):
    """The next event of the stream does not have the version after the row's."""


class FoldFailed(Exception):
    """Event `version` of product `product_id` could not be applied, because of `error`."""

    def __init__(self, product_id: int, version: int, error: Exception) -> None:
        self.product_id, self.version, self.error = product_id, version, error
        super().__init__(f"{type(error).__name__}: {error}")


def on(event_class: type[_E]) -> Callable[[Callable[[Any, Any, _E], None]], Callable[[Any, Any, _E], None]]:
    """Method decorator: the method changes the row on this event. It is pure: it changes the row in memory alone."""

    def mark(method: Callable[[Any, Any, _E], None]) -> Callable[[Any, Any, _E], None]:
        method.handled_event = event_class  # type: ignore[attr-defined]
        return method

    return mark


class Projection(Generic[Row]):
    """Folds each product's stream into one row of `model` and its `children`.

    Every event of the stream moves the row's version, whether a method handles it or not. `version` is raised when
    the same events give other rows. Rows of an older version are folded again from the start before an event is
    applied.

    `fingerprint` is recorded beside `version`: `manage.py check` says when the two do not belong to this code any more
    (see events.projections.fingerprint). `document` is the type of the document in the row, if it has one.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    fingerprint: ClassVar[str] = ""
    model: ClassVar[type[Any]]
    children: ClassVar[tuple[ChildTable, ...]] = ()
    document: ClassVar[type[msgspec.Struct] | None] = None
    _handlers: ClassVar[dict[type[DomainEvent], str]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        methods: list[tuple[str, Any]] = [(name, getattr(cls, name, None)) for name in dir(cls)]
        cls._handlers = {
            method.handled_event: name for name, method in methods if hasattr(method, "handled_event")
        }

    def __init__(self) -> None:
        self.handlers = {event_class: getattr(self, name) for event_class, name in self._handlers.items()}

    def blank(self, product_id: int) -> Row:
        """Returns the row as it is before the stream's first event."""
        row: Row = self.model(id=product_id, version=0, projection_version=self.version)
        return row

    def finish(self, row: Row) -> None:
        """Derives sort keys and the document, which are stored for reading, from the row's state. It is pure."""


class FoldableEvent(Protocol):
    """The parts of an event that a fold needs: its version within the stream, and its decoded data."""

    @property
    def version(self) -> int: ...

    @property
    def event(self) -> DomainEvent: ...


def fold(
    projection: Projection[Row],
    row: Row,
    events: Iterable[FoldableEvent],
    skipped: Container[int] = frozenset(),
) -> Row:
    """Applies `events` of one stream, in order, to `row`. Passes over events that the row holds already.

    `skipped` are the versions that an operator told this projection to skip. They only move the row's version.

    There is no other fold. The engine calls it through events.projections.folding.Fold, which knows the skips of a
    stream. Raises FoldFailed. The row is then half changed and of no use.
    """
    version = row.version
    try:
        for recorded in events:
            version = recorded.version
            if version <= row.version:
                continue
            if version != row.version + 1:
                raise MissingVersion(f"Version {row.version + 1} is missing before version {version}.")
            if version not in skipped:
                event = recorded.event
                handler = projection.handlers.get(type(event))
                if handler is not None:
                    handler(row, event)
            row.version = version
        if row.version:
            projection.finish(row)
    except DatabaseError:  # reading the next events failed, so no event is at fault and no product is parked
        raise
    except Exception as error:
        raise FoldFailed(row.id, version, error) from error
    return row


_registered: dict[str, Projection[Any]] = {}


def register_projection(projection: Projection[Any]) -> None:
    """Registers a projection for the engine to run. Raises ValueError if its name is taken."""
    if projection.name in _registered:
        raise ValueError(f"Projection {projection.name!r} is registered twice.")
    _registered[projection.name] = projection


def registered_projections() -> dict[str, Projection[Any]]:
    """Returns the registered projections by their names."""
    return dict(_registered)


def projection_into(model: type[ReadRow]) -> Projection[Any]:
    """Returns the registered projection that fills this table."""
    return next(projection for projection in _registered.values() if projection.model is model)
