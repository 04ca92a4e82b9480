"""Folds kept at every SNAPSHOT_EVERY-th version of a stream, so that a past state of a long one is near.

Made from the log alone, never from a read row; rebuild and verify do not use them. They belong to one version of
their projection: raising it leaves the old ones behind, and new ones are made as streams grow.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Any

from events import log
from events.models import Snapshot
from events.projection import FoldFailed, Projection, ReadRow, fold
from events.skips import NOTHING, skipped_versions

SNAPSHOT_EVERY = 200


def is_due(before: int, after: int) -> bool:
    """Whether a row that went from one version to another passed a version to keep."""
    return before // SNAPSHOT_EVERY < after // SNAPSHOT_EVERY


def take(projection: Projection[Any], product_ids: Iterable[int]) -> None:
    """Keep what these products' streams have come to since their last snapshots."""
    for product_id in product_ids:
        _take(projection, product_id)


def latest(
    projection: Projection[Any], product_id: int, recorded_by: datetime | None = None
) -> ReadRow | None:
    """The newest kept fold of the product, of those recorded by that time if told."""
    kept = Snapshot.objects.filter(
        projection=projection.name, projection_version=projection.version, product_id=product_id
    )
    if recorded_by is not None:
        kept = kept.filter(recorded_at__lte=recorded_by)
    snapshot = kept.order_by("-version").first()
    return projection.model(**snapshot.state) if snapshot else None


def as_of(projection: Projection[Any], product_id: int, moment: datetime) -> ReadRow | None:
    """The row as it was recorded at `moment`: the fold of the longest prefix of the stream recorded by then."""
    row = latest(projection, product_id, recorded_by=moment) or projection.blank(product_id)
    skipped = skipped_versions(projection, [product_id]).get(product_id, NOTHING)
    stream = log.read_stream(product_id, row.version, page=SNAPSHOT_EVERY)
    recorded_by_then = log.recorded_by(stream, moment)
    fold(projection, row, recorded_by_then, skipped)
    return row if row.version else None


def _take(projection: Projection[Any], product_id: int) -> None:
    row = latest(projection, product_id) or projection.blank(product_id)
    skipped = skipped_versions(projection, [product_id]).get(product_id, NOTHING)
    stream = log.read_stream(product_id, row.version)
    made = []
    while len(events := list(islice(stream, SNAPSHOT_EVERY - row.version % SNAPSHOT_EVERY))):
        try:
            fold(projection, row, events, skipped)
        except FoldFailed:
            break
        if row.version % SNAPSHOT_EVERY == 0:
            made.append(_snapshot(projection, row, events[-1].recorded_at))
    Snapshot.objects.bulk_create(made, ignore_conflicts=True, batch_size=500)


def _snapshot(projection: Projection[Any], row: ReadRow, recorded_at: datetime) -> Snapshot:
    return Snapshot(
        projection=projection.name,
        projection_version=projection.version,
        product_id=row.id,
        version=row.version,
        recorded_at=recorded_at,
        state={field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields},
    )
