"""Rebuilding a whole read model from the log."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction

from events import checkpoints, log, parking
from events.databases import read_alias
from events.projection import Projection
from events.refold import Refolded, refold
from events.watermark import Watermark, final_watermark

CHUNK = 500

Progress = Callable[[int], None]


def rebuild(projection: Projection[Any], progress: Progress, *, write: bool = True) -> Refolded:
    """Fold every product anew and write only the rows that differ, all in one transaction.

    Readers see the old rows until it commits and the new ones after. Live projection of this read model waits
    meanwhile; commands and other projections do not. `progress` is told the number of products done.
    """
    watermark = final_watermark()
    total = Refolded()
    with transaction.atomic(using=read_alias()):
        locked = checkpoints.lock_all(projection)
        if write:
            parking.forget(projection)
        for chunk in product_chunks(projection):
            total += refold(projection, chunk, write=write)
            progress(len(chunk))
        if write:
            for checkpoint in locked:
                reached = Watermark(checkpoint.position, checkpoint.event_id)
                is_ahead = reached > watermark and not checkpoint.halted
                checkpoints.restart(checkpoint, reached if is_ahead else watermark, projection)
    return total


def product_chunks(projection: Projection[Any]) -> Iterator[list[int]]:
    """All products that the log or the read model knows, ascending, in chunks."""
    after = 0
    while chunk := sorted({*log.stream_ids(after, CHUNK), *_row_ids(projection, after)})[:CHUNK]:
        yield chunk
        after = chunk[-1]


def _row_ids(projection: Projection[Any], after: int) -> list[int]:
    rows = projection.model.objects.filter(id__gt=after).order_by("id")
    return list(rows.values_list("id", flat=True)[:CHUNK])
