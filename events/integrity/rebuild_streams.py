"""Folds single products again from their first events, and writes the rows that differ."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from django.db import transaction

from events import log
from events.log import RecordedStream, Stream
from events.projections import parking, rows
from events.projections.base import FoldFailed, Projection, ReadRow
from events.projections.folding import Fold
from kernel.database.aliases import read_alias

State = dict[str, object]

Progress = Callable[[int], None]
"""A function that is called with the number of events or products that were done since its last call."""


class RebuildCounts(NamedTuple):
    """The result of a rebuild: events read, and rows added, changed, removed and left as they are.

    `parked` is the number of products that could not be folded.
    """

    events: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    parked: int = 0


class FoldedStreams:
    """Folds whole streams from their first events, one after another. Counts the events and keeps the failures."""

    def __init__(
        self, projection: Projection[Any], streams: Iterator[Stream] | Iterator[RecordedStream]
    ) -> None:
        self.projection, self.streams = projection, streams
        self.fold = Fold(projection)
        self.events = 0
        self.failures: list[FoldFailed] = []

    def __iter__(self) -> Iterator[ReadRow]:
        for product_id, events in self.streams:
            row = self.projection.blank(product_id)
            try:
                yield self.fold(row, events)
            except FoldFailed as failure:
                self.failures.append(failure)
            self.events += row.version


def state_of(projection: Projection[Any], row: ReadRow) -> State:
    """Returns everything that is stored for a row: its columns, and its children by table name."""
    columns: State = {
        field.attname: field.to_python(getattr(row, field.attname)) for field in row._meta.fields
    }
    return columns | {child.model._meta.db_table: sorted(child.rows(row)) for child in projection.children}


def stored_states(projection: Projection[Any], product_ids: Sequence[int]) -> dict[int, State]:
    """Returns the states of these products in the tables. A product with children but no row has the children alone."""
    found = projection.model.objects.using(read_alias()).in_bulk(product_ids)
    states: dict[int, State] = {
        product_id: {field.attname: getattr(row, field.attname) for field in row._meta.fields}
        for product_id, row in found.items()
    }
    for child in projection.children:
        stored = rows.stored_children(child, product_ids)
        for product_id in stored.keys() | found.keys():
            states.setdefault(product_id, {})[child.model._meta.db_table] = stored.get(product_id, [])
    return states


def rebuild_streams(
    projection: Projection[Any], product_ids: Sequence[int], *, write: bool = True
) -> RebuildCounts:
    """Folds these products again from their first events. With `write`, corrects the tables where they differ.

    If a product's fold fails, the product is parked and its row stays as it was.
    """
    with transaction.atomic(using=read_alias()):
        locked = rows.load_locked(projection, product_ids)
        stored = stored_states(projection, product_ids)
        folding = FoldedStreams(projection, log.streams_of(product_ids))
        folded = {row.id: row for row in folding}
        differing = [row for row in folded.values() if stored.get(row.id) != state_of(projection, row)]
        failed = {failure.product_id for failure in folding.failures}
        orphans = [product_id for product_id in stored if product_id not in folded.keys() | failed]
        if write:
            _write(projection, differing, orphans, folding.failures)
    added = sum(row.id not in locked for row in differing)
    changed, unchanged = len(differing) - added, len(folded) - len(differing)
    return RebuildCounts(folding.events, added, changed, len(orphans), unchanged, len(failed))


def _write(
    projection: Projection[Any],
    differing: Sequence[ReadRow],
    orphans: Sequence[int],
    failures: Sequence[FoldFailed],
) -> None:
    rows.upsert(projection, differing, replace=True)
    for child in projection.children:
        rows.rewrite_children(child, {row.id: child.rows(row) for row in differing})
    rows.remove_rows(projection, orphans)
    for failure in failures:
        parking.park(projection, failure)
