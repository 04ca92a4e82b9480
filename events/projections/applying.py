"""Applies events to the rows of a projection: loads the stored state, folds, and writes the rows that changed."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import DataError, IntegrityError, transaction

from events import log
from events.log import StreamEvent
from events.projections import parking, rows, snapshots
from events.projections.base import FoldFailed, Projection, ReadRow
from events.projections.folding import Fold
from events.projections.rows import Children
from kernel.database.aliases import read_alias


class Stored(NamedTuple):
    """What the tables have of one product: its row, the row's version, and the rows of its child tables.

    A product without a row has a blank row. A row that older code wrote is replaced by a blank row as well, because
    the product must be folded again from the start. Its `children` are then None: this code cannot derive the
    children that older code stored.
    """

    row: ReadRow
    version: int
    children: list[Children] | None

    @property
    def is_missing(self) -> bool:
        """Whether the table has no row of the product. A row that older code wrote is there."""
        return self.version == 0 and self.children is not None


class Loaded(NamedTuple):
    """The stored state of some products, and the fold that knows which of their events to skip."""

    stored: dict[int, Stored]
    fold: Fold


class Folded(NamedTuple):
    """A row after the fold, and the stored state before it."""

    row: ReadRow
    stored: Stored

    @property
    def is_changed(self) -> bool:
        return self.row.version > self.stored.version


Write = Callable[[Projection[Any], Sequence[Folded]], None]


def load(projection: Projection[Any], product_ids: Iterable[int]) -> Loaded:
    """Loads rows, children and skips of these products. The rows stay locked until the transaction ends."""
    ids = list(product_ids)
    return Loaded(_stored(projection, ids), Fold(projection, ids))


def load_unless_parked(projection: Projection[Any], product_ids: Iterable[int]) -> Loaded:
    """Loads the products that are not parked. A parked product's row is neither read nor locked."""
    ids = list(product_ids)
    parked = parking.parked_among(projection, ids)
    return load(projection, [product_id for product_id in ids if product_id not in parked])


def _stored(projection: Projection[Any], product_ids: Sequence[int]) -> dict[int, Stored]:
    found = rows.load_locked(projection, product_ids)
    return {product_id: _state(projection, product_id, found.get(product_id)) for product_id in product_ids}


def _state(projection: Projection[Any], product_id: int, row: ReadRow | None) -> Stored:
    if row is None:
        return Stored(projection.blank(product_id), 0, [frozenset() for _ in projection.children])
    if row.projection_version != projection.version:
        return Stored(projection.blank(product_id), 0, None)
    return Stored(row, row.version, rows.children_of(projection, row))


def apply(projection: Projection[Any], batch: Sequence[StreamEvent], write: Write) -> tuple[int, ...]:
    """Writes the rows that the batch changes. Returns the products that are due for another snapshot."""
    by_product = sorted(batch, key=attrgetter("product_id"))
    streams = {
        product_id: list(events) for product_id, events in groupby(by_product, attrgetter("product_id"))
    }
    loaded = load_unless_parked(projection, streams)
    folded = [
        _folded(projection, loaded.fold, stored, streams[product_id])
        for product_id, stored in loaded.stored.items()
    ]
    changed = [one for one in folded if one is not None and one.is_changed]
    write(projection, changed)
    return tuple(one.row.id for one in changed if snapshots.is_due(one.stored.version, one.row.version))


def _folded(
    projection: Projection[Any], fold: Fold, stored: Stored, events: Sequence[StreamEvent]
) -> Folded | None:
    """Brings the stored row up by `events`. Parks the product if an event cannot be applied."""
    product_id = stored.row.id
    try:
        stream = log.read_stream(product_id) if stored.children is None else events
        return Folded(fold(stored.row, stream), stored)
    except FoldFailed as failure:
        parking.park(projection, failure)
        before = [event for event in events if event.version < failure.version]
    # The failed fold has left its row half changed, so the row is loaded again. The events before the failing one are
    # then applied to it. A parked product must stay at its last good version, wherever the batch began. A row of older
    # code is left alone: its fold begins at the first event, and that fold has just failed.
    again = _stored(projection, [product_id])[product_id]
    if again.children is None or not before or before[-1].version <= again.version:
        return None
    return Folded(fold(again.row, before), again)


def write_or_park(projection: Projection[Any], folded: Sequence[Folded]) -> None:
    """Writes the rows. Finds a row that the database refuses by halving the batch, and parks its product."""
    if not folded:
        return
    try:
        with transaction.atomic(using=read_alias()):
            write(projection, folded)
    except (DataError, IntegrityError) as error:
        if len(folded) == 1:
            row = folded[0].row
            parking.park(projection, FoldFailed(row.id, row.version, error))
            return
        half = len(folded) // 2
        write_or_park(projection, folded[:half])
        write_or_park(projection, folded[half:])


def write(projection: Projection[Any], folded: Sequence[Folded]) -> None:
    """Writes the rows. Rewrites the children of each written row if they differ from the stored ones."""
    if not folded:
        return
    written = rows.upsert(projection, [one.row for one in folded])
    for index, child in enumerate(projection.children):
        differing = {}
        for one in folded:
            if one.row.id in written:
                child_rows = child.rows(one.row)
                if one.stored.children is None or one.stored.children[index] != frozenset(child_rows):
                    differing[one.row.id] = child_rows
        if differing:
            rows.rewrite_children(child, differing)
