"""Proves that the write tables equal the fold of the log, and that the read tables equal it as well."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import takewhile
from typing import Any, NamedTuple, Protocol

from events import log
from events.contracts import DomainEvent
from events.integrity.rebuild_streams import Progress, State, rebuild_streams, state_of, stored_states
from events.log import RecordedEvent, RecordedStream, Stream, StreamEvent
from events.models import ParkedKey
from events.projections import checkpoints
from events.projections.base import FoldableEvent, Projection
from events.projections.folding import Fold
from kernel.database.aliases import read_connection, write_connection
from kernel.database.dialect import dialect_of

WRITE_TABLES = "write tables"
_CHUNK = 500


class Difference(NamedTuple):
    """One field of one product that differs from the log. `where` is a projection's name or WRITE_TABLES."""

    where: str
    product_id: int
    field: str
    expected: object
    found: object


class WriteModel(Protocol):
    """The write side registers such an object so that its tables can be compared with the log."""

    def knows(self, event_class: type[DomainEvent]) -> bool:
        """Tells whether `fold` has a case for such events. The system checks ask this for each published event."""

    def fold(self, events: Iterable[RecordedEvent]) -> dict[str, object]:
        """Returns the state that the tables must have of one product, from its events alone."""

    def load(self, product_ids: Sequence[int]) -> dict[int, dict[str, object]]:
        """Returns the states of these products in the tables, with the fields that `fold` returns."""

    def product_ids(self, after: int, limit: int) -> list[int]:
        """Returns ids in the tables, ascending from the first id greater than `after`."""


_write_models: list[WriteModel] = []


def register_write_model(write_model: WriteModel) -> None:
    """Registers a write model, which verify then compares with the log."""
    _write_models.append(write_model)


def registered_write_models() -> list[WriteModel]:
    """Returns the write models that verify compares with the log."""
    return list(_write_models)


def verify_write_models(product_ids: Sequence[int] | None, progress: Progress) -> Iterator[Difference]:
    """Yields the differences between the write tables and the fold of all visible events. One snapshot shows both."""
    for write_model in _write_models:
        with dialect_of(write_connection()).one_snapshot(write_connection()):
            for chunk in _chunks(product_ids, write_model.product_ids):
                yield from _verify_written(write_model, chunk, is_given=product_ids is not None)
                progress(len(chunk))


def verify_projection(
    projection: Projection[Any],
    product_ids: Sequence[int] | None,
    progress: Progress,
    *,
    repair: bool = False,
) -> Iterator[Difference]:
    """Yields the differences between read rows and the log.

    A row must be the fold of its stream at the row's own version, and must not be behind its checkpoint. `repair`
    rebuilds the products that differ, and only those.
    """
    for chunk in _chunks(product_ids, partial(_row_ids, projection)):
        differences = list(_verify_read(projection, chunk, is_given=product_ids is not None))
        yield from differences
        if repair and differences:
            rebuild_streams(projection, sorted({difference.product_id for difference in differences}))
        progress(len(chunk))


Ids = Callable[[int, int], list[int]]


def _chunks(product_ids: Sequence[int] | None, known: Ids) -> Iterator[list[int]]:
    """Yields products in ascending chunks: those given, or all that the log or `known` has."""
    if product_ids is not None:
        ordered = sorted(set(product_ids))
        yield from (ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK))
        return
    after = 0
    while chunk := sorted({*log.stream_ids(after, _CHUNK), *known(after, _CHUNK)})[:_CHUNK]:
        yield chunk
        after = chunk[-1]


def _row_ids(projection: Projection[Any], after: int, limit: int) -> list[int]:
    rows = projection.model.objects.filter(id__gt=after).order_by("id")
    return list(rows.values_list("id", flat=True)[:limit])


def _verify_written(write_model: WriteModel, chunk: Sequence[int], *, is_given: bool) -> Iterator[Difference]:
    found = write_model.load(chunk)
    streams = log.streams_of(chunk) if is_given else log.recorded_streams_between(chunk[0], chunk[-1])
    expected = {product_id: write_model.fold(events) for product_id, events in streams}
    for product_id in chunk:
        yield from _differences(
            WRITE_TABLES, product_id, expected.get(product_id, {}), found.get(product_id, {})
        )


def _verify_read(
    projection: Projection[Any], chunk: Sequence[int], *, is_given: bool
) -> Iterator[Difference]:
    """Reads checkpoints first, then rows, then events.

    While live traffic goes on, rows may then be ahead of the checkpoints, and events ahead of the rows. Neither is a
    difference. In another order, rows that are right would look like rows that are behind.
    """
    read_upto = {point.partition: point.position for point in checkpoints.checkpoints_of(projection)}
    with dialect_of(read_connection()).one_snapshot(read_connection()):
        found = stored_states(projection, chunk)
        parked = ParkedKey.objects.filter(projection=projection.name, product_id__in=chunk)
        waits_from = dict(parked.values_list("product_id", "version"))
    fold = Fold(projection, chunk)
    expected: dict[int, State] = {}
    streams: Iterator[Stream | RecordedStream]
    streams = log.streams_of(chunk) if is_given else log.streams_between(chunk[0], chunk[-1])
    for product_id, events in streams:
        due: Iterator[FoldableEvent] = takewhile(
            partial(
                _is_due,
                _version(found.get(product_id, {})),
                read_upto[product_id % len(read_upto)],
                waits_from.get(product_id, NEVER),
            ),
            events,
        )
        row = fold(projection.blank(product_id), due)
        if row.version:
            expected[product_id] = state_of(projection, row)
    for product_id in chunk:
        yield from _differences(
            projection.name, product_id, expected.get(product_id, {}), found.get(product_id, {})
        )


NEVER = 2**63


def _is_due(row_version: int, read_upto: int, waits_from: int, event: StreamEvent | RecordedEvent) -> bool:
    """Tells whether the row must hold this event.

    It must if its own version says so. It must too if the checkpoint has passed the event, unless the event waits
    behind a parked key.
    """
    return event.version <= row_version or (event.position <= read_upto and event.version < waits_from)


def _version(state: State) -> int:
    version = state.get("version", 0)
    return version if isinstance(version, int) else 0


def _differences(
    where: str, product_id: int, expected: Mapping[str, object], found: Mapping[str, object]
) -> Iterator[Difference]:
    if not expected or not found:
        if expected or found:
            yield Difference(where, product_id, "row", _presence(expected), _presence(found))
        return
    fields = expected.keys() | found.keys()
    if "id" in expected and "id" not in found:  # the row is gone, but its child rows are there
        yield Difference(where, product_id, "row", "present", "absent")
        fields = expected.keys() & found.keys()
    for field in sorted(fields):
        if expected.get(field) != found.get(field):
            yield Difference(where, product_id, field, expected.get(field), found.get(field))


def _presence(fields: Mapping[str, object]) -> str:
    return "present" if fields else "absent"
