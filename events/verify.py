"""Proving that write tables = fold of the log = read tables."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

from django.db import connections, transaction

from events import checkpoints, log
from events.databases import read_alias, write_alias
from events.log import RecordedEvent
from events.models import ParkedKey
from events.projection import Projection, fold
from events.rebuild import product_chunks
from events.refold import State, refold, state_of, stored_states, streams_of

WRITE_TABLES = "write tables"
_CHUNK = 500

Progress = Callable[[int], None]


class Difference(NamedTuple):
    """One field of one product that is not what the log says. `where` is a projection's name or WRITE_TABLES."""

    where: str
    product_id: int
    field: str
    expected: object
    found: object


class WriteModel(Protocol):
    """What the write side registers so that its tables can be compared with the log."""

    def fold(self, events: Iterable[RecordedEvent]) -> dict[str, object]:
        """What the tables must say of one product, from its events alone."""

    def load(self, product_ids: Sequence[int]) -> dict[int, dict[str, object]]:
        """The same shape, from the tables."""

    def product_ids(self, after: int, limit: int) -> list[int]:
        """Ids in the tables, ascending from the first greater than `after`."""


_write_models: list[WriteModel] = []


def register_write_model(write_model: WriteModel) -> None:
    """Make verify compare this write model with the log."""
    _write_models.append(write_model)


def verify_write_models(product_ids: Sequence[int] | None, progress: Progress) -> Iterator[Difference]:
    """Where the write tables differ from the fold of every visible event, both seen in one snapshot."""
    for write_model in _write_models:
        with _snapshot(write_alias()):
            for chunk in _given(product_ids) if product_ids is not None else _written_or_logged(write_model):
                yield from _verify_written(write_model, chunk)
                progress(len(chunk))


def verify_projection(
    projection: Projection[Any],
    product_ids: Sequence[int] | None,
    progress: Progress,
    *,
    repair: bool = False,
) -> Iterator[Difference]:
    """Where a read row is not the fold of its stream at its own version, or is behind its checkpoint.

    `repair` refolds the products found to differ, and only those.
    """
    for chunk in _given(product_ids) if product_ids is not None else product_chunks(projection):
        differences = list(_verify_read(projection, chunk))
        yield from differences
        if repair and differences:
            refold(projection, sorted({difference.product_id for difference in differences}))
        progress(len(chunk))


@contextmanager
def _snapshot(alias: str) -> Iterator[None]:
    """One view of the database for all statements inside, without holding up a writer."""
    connection = connections[alias]
    if connection.vendor == "postgresql":
        with transaction.atomic(using=alias), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _given(product_ids: Sequence[int]) -> Iterator[list[int]]:
    ordered = sorted(set(product_ids))
    return (ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK))


def _written_or_logged(write_model: WriteModel) -> Iterator[list[int]]:
    after = 0
    while chunk := sorted({*log.stream_ids(after, _CHUNK), *write_model.product_ids(after, _CHUNK)})[:_CHUNK]:
        yield chunk
        after = chunk[-1]


def _verify_written(write_model: WriteModel, chunk: Sequence[int]) -> Iterator[Difference]:
    streams, found = streams_of(chunk), write_model.load(chunk)
    for product_id in chunk:
        expected = write_model.fold(streams[product_id]) if product_id in streams else {}
        yield from _differences(WRITE_TABLES, product_id, expected, found.get(product_id, {}))


def _verify_read(projection: Projection[Any], chunk: Sequence[int]) -> Iterator[Difference]:
    """Reads checkpoints, then rows, then events: each can only be ahead of what was read before it."""
    read_upto = {point.partition: point.position for point in checkpoints.checkpoints_of(projection)}
    with _snapshot(read_alias()):
        found = stored_states(projection, chunk)
        parked = ParkedKey.objects.filter(projection=projection.name, product_id__in=chunk)
        waits_from = dict(parked.values_list("product_id", "version"))
    streams = streams_of(chunk)
    for product_id in chunk:
        events = streams.get(product_id, [])
        position = read_upto[product_id % len(read_upto)]
        due = sum(event.position <= position for event in events)
        if product_id in waits_from:
            due = min(due, waits_from[product_id] - 1)
        expected = _expected(projection, product_id, events, due, found.get(product_id, {}))
        yield from _differences(projection.name, product_id, expected, found.get(product_id, {}))


def _expected(
    projection: Projection[Any], product_id: int, events: Sequence[RecordedEvent], due: int, found: State
) -> State:
    version = found.get("version", 0)
    upto = max(version if isinstance(version, int) else 0, due)
    if not events or upto == 0:
        return {}
    return state_of(projection, fold(projection, projection.blank(product_id), events[:upto]))


def _differences(
    where: str, product_id: int, expected: Mapping[str, object], found: Mapping[str, object]
) -> Iterator[Difference]:
    if not expected or not found:
        if expected or found:
            yield Difference(where, product_id, "row", _presence(expected), _presence(found))
        return
    for field in sorted(expected.keys() | found.keys()):
        if expected.get(field) != found.get(field):
            yield Difference(where, product_id, field, expected.get(field), found.get(field))


def _presence(fields: Mapping[str, object]) -> str:
    return "present" if fields else "absent"
