"""Folding products anew from the log, comparing with what the read tables hold, and writing what differs."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import Error as DatabaseError
from django.db import transaction

from events import log, parking, rows
from events.databases import read_alias
from events.log import RecordedEvent
from events.projection import Projection, ReadRow, fold

State = dict[str, object]


class Refolded(NamedTuple):
    """What a refold found: events read, and how many rows it added, changed, removed or left as they were."""

    events: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    parked: int = 0

    def __add__(self, other: "Refolded") -> "Refolded":  # type: ignore[override]
        return Refolded(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


def streams_of(product_ids: Sequence[int]) -> dict[int, list[RecordedEvent]]:
    """Whole streams by product; products without one are absent."""
    by_product = groupby(log.read_streams(product_ids), attrgetter("product_id"))
    return {product_id: list(events) for product_id, events in by_product}


def state_of(projection: Projection[Any], row: ReadRow) -> State:
    """All that is stored for a row: its columns, and its children by table name."""
    columns: State = {
        field.attname: field.to_python(getattr(row, field.attname)) for field in row._meta.fields
    }
    return columns | {child.model._meta.db_table: sorted(child.rows(row)) for child in projection.children}


def stored_states(projection: Projection[Any], product_ids: Sequence[int]) -> dict[int, State]:
    """The same as it stands in the tables; a product with children but no row is shown with those alone."""
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


def refold(projection: Projection[Any], product_ids: Sequence[int], *, write: bool = True) -> Refolded:
    """Fold these products from their first events; with `write`, make the tables say so where they do not.

    A product whose fold fails is parked and its row left as it was.
    """
    with transaction.atomic(using=read_alias()):
        locked = rows.load_locked(projection, product_ids)
        stored, streams = stored_states(projection, product_ids), streams_of(product_ids)
        folded, failed = _fold_all(projection, streams, park=write)
        states = {product_id: state_of(projection, row) for product_id, row in folded.items()}
        differing = [
            row for product_id, row in folded.items() if stored.get(product_id) != states[product_id]
        ]
        orphans = [product_id for product_id in stored if product_id not in streams]
        if write:
            _write(projection, differing, orphans)
    added = sum(row.id not in locked for row in differing)
    counts = Counter(added=added, changed=len(differing) - added, removed=len(orphans), parked=len(failed))
    events = sum(map(len, streams.values()))
    return Refolded(events=events, unchanged=len(folded) - len(differing), **counts)


def _fold_all(
    projection: Projection[Any], streams: Mapping[int, Sequence[RecordedEvent]], *, park: bool
) -> tuple[dict[int, ReadRow], list[int]]:
    folded: dict[int, ReadRow] = {}
    failed: list[int] = []
    for product_id, events in streams.items():
        try:
            folded[product_id] = fold(projection, projection.blank(product_id), events)
        except DatabaseError:
            raise
        except Exception as error:
            failed.append(product_id)
            if park:
                parking.park(projection, events[0], error)
    return folded, failed


def _write(projection: Projection[Any], differing: Sequence[ReadRow], orphans: Iterable[int]) -> None:
    rows.upsert(projection, differing, replace=True)
    for child in projection.children:
        rows.rewrite_children(child, {row.id: child.rows(row) for row in differing})
    rows.remove(projection, orphans)
