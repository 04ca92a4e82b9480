"""Snapshots: folds that are kept at every SNAPSHOT_EVERY-th version of a stream, as a short way to a past state.

A snapshot is made from the log alone, never from a read row. Rebuild and verify do not use snapshots. A snapshot
belongs to one version of its projection. When that version is raised, the old snapshots are no longer used, and new
ones are made as streams grow.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Any

from events import log
from events.models import Snapshot
from events.projections.base import FoldFailed, Projection, ReadRow
from events.projections.folding import Fold

SNAPSHOT_EVERY = 200
FAR = 25 * SNAPSHOT_EVERY  # events; to fold more takes longer than a request may take
_MADE_AT_ONCE = 100


def is_due(before: int, after: int) -> bool:
    """Tells whether a row passed a version to keep on its way from one version to another."""
    return before // SNAPSHOT_EVERY < after // SNAPSHOT_EVERY


def take_snapshots(projection: Projection[Any], product_ids: Iterable[int]) -> None:
    """Makes the snapshots that these products' streams lack since their last ones."""
    for product_id in product_ids:
        _take(projection, product_id)


def latest(
    projection: Projection[Any],
    product_id: int,
    recorded_by: datetime | None = None,
    upto_version: int | None = None,
) -> ReadRow | None:
    """Returns the product's newest snapshot as a row; None without one.

    With `recorded_by`, only snapshots whose last event was recorded by then count. With `upto_version`, only snapshots
    up to that version count.
    """
    kept = Snapshot.objects.filter(
        projection=projection.name, projection_version=projection.version, product_id=product_id
    )
    if recorded_by is not None:
        kept = kept.filter(recorded_at__lte=recorded_by)
    if upto_version is not None:
        kept = kept.filter(version__lte=upto_version)
    snapshot = kept.order_by("-version").first()
    return projection.model(**snapshot.state) if snapshot else None


def as_of(projection: Projection[Any], product_id: int, moment: datetime) -> ReadRow | None:
    """Returns the row as it was at `moment`; None if the product had no event then.

    It is the fold of the longest prefix of the stream that was recorded by `moment`.
    """
    row = latest(projection, product_id, recorded_by=moment) or projection.blank(product_id)
    stream = log.read_stream(product_id, row.version, page=SNAPSHOT_EVERY)
    Fold(projection, [product_id])(row, log.recorded_by(stream, moment))
    return row if row.version else None


def at_version(projection: Projection[Any], product_id: int, version: int) -> ReadRow:
    """Returns the fold of the first `version` events of the stream. Raises FoldFailed.

    If no snapshot is near, the missing ones are made. The next request then finds them.
    """
    row = _nearest(projection, product_id, version)
    if version - row.version > FAR:
        take_snapshots(projection, [product_id])
        row = _nearest(projection, product_id, version)
    if row.version < version:
        Fold(projection, [product_id])(row, log.read_stream(product_id, row.version, version))
    return row


def _nearest(projection: Projection[Any], product_id: int, version: int) -> ReadRow:
    kept = latest(projection, product_id, upto_version=version) if version >= SNAPSHOT_EVERY else None
    return kept or projection.blank(product_id)


def _take(projection: Projection[Any], product_id: int) -> None:
    row = latest(projection, product_id) or projection.blank(product_id)
    fold = Fold(projection, [product_id])
    stream = log.read_stream(product_id, row.version)
    made: list[Snapshot] = []
    while len(events := list(islice(stream, SNAPSHOT_EVERY - row.version % SNAPSHOT_EVERY))):
        try:
            fold(row, events)
        except FoldFailed:  # the snapshots before this event are right all the same
            break
        if row.version % SNAPSHOT_EVERY == 0:
            made.append(_snapshot(projection, row, events[-1].recorded_at))
        if len(made) == _MADE_AT_ONCE:
            _keep(made)
            made = []
    _keep(made)


def _keep(made: list[Snapshot]) -> None:
    Snapshot.objects.bulk_create(made, ignore_conflicts=True)


def _snapshot(projection: Projection[Any], row: ReadRow, recorded_at: datetime) -> Snapshot:
    return Snapshot(
        projection=projection.name,
        projection_version=projection.version,
        product_id=row.id,
        version=row.version,
        recorded_at=recorded_at,
        state={field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields},
    )
