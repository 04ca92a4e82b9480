"""What a projection is: a read model's name, version and table, and one small method per event."""

from collections.abc import Callable, Container, Iterable
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar

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
    """A table with several rows per product, derived from the row's state: `rows(row)` gives their `columns`.

    The table's model has `product_id` and those columns; rows are unique within a product.
    """

    model: type[models.Model]
    columns: tuple[str, ...]
    rows: Callable[[Any], list[tuple[Any, ...]]]


class MissingVersion(Exception):
    """The stream's next event is not the one after the row's version."""


class FoldFailed(Exception):
    """An event could not be applied: `version` of product `product_id`, because of `error`."""

    def __init__(self, product_id: int, version: int, error: Exception) -> None:
        self.product_id, self.version, self.error = product_id, version, error
        super().__init__(f"{type(error).__name__}: {error}")


def on(event_class: type[_E]) -> Callable[[Callable[[Any, Any, _E], None]], Callable[[Any, Any, _E], None]]:
    """Method decorator: on this event, this happens to the row. The method is pure and changes the row in memory."""

    def mark(method: Callable[[Any, Any, _E], None]) -> Callable[[Any, Any, _E], None]:
        method.handled_event = event_class  # type: ignore[attr-defined]
        return method

    return mark


class Projection(Generic[Row]):
    """Folds each product's stream into one row of `model` and its `children`.

    Every event of the stream moves the row's version, whether a method handles it or not. `version` is raised
    when the same events give other rows; rows of an older version are refolded before an event is applied.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    model: ClassVar[type[Any]]
    children: ClassVar[tuple[ChildTable, ...]] = ()
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
        """The row before the stream's first event."""
        row: Row = self.model(id=product_id, version=0, projection_version=self.version)
        return row

    def finish(self, row: Row) -> None:
        """Derive from the row's state what is stored for reading: sort keys and the document. Pure."""


class FoldableEvent(Protocol):
    """What a fold needs of an event: its version within the stream, and its decoded data."""

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
    """Apply `events` of one stream, in order, to `row`; those it already holds are passed over.

    `skipped` are the versions an operator told this projection to pass over: they only move the row's version.

    The one fold: live catch-up, rebuild, verify and past states all call it. Raises FoldFailed; the row is
    unusable then.
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
    except DatabaseError:
        raise
    except Exception as error:
        raise FoldFailed(row.id, version, error) from error
    return row


_registered: dict[str, Projection[Any]] = {}


def register_projection(projection: Projection[Any]) -> None:
    """Make the engine run `projection`; a name is registered once."""
    if projection.name in _registered:
        raise ValueError(f"Projection {projection.name!r} is registered twice.")
    _registered[projection.name] = projection


def registered_projections() -> dict[str, Projection[Any]]:
    return dict(_registered)


def projection_into(model: type[ReadRow]) -> Projection[Any]:
    """The registered projection that fills this table."""
    return next(projection for projection in _registered.values() if projection.model is model)
