"""Runs projections: `catch_up` goes on from a checkpoint, and `bring_up` brings up one product.

Everything else calls these two.
"""

import time
from enum import Enum
from math import inf
from typing import Any, NamedTuple

import structlog
from django.db import DataError, IntegrityError, transaction

from events import log
from events.log import RecordedEvent
from events.log.watermark import Watermark, final_watermark, highest
from events.models import Checkpoint, ParkedKey
from events.projections import applying, checkpoints, parking, skips, snapshots
from events.projections.applying import Folded, Write
from events.projections.base import FoldFailed, Projection, ReadRow, registered_projections
from kernel import failpoints
from kernel.database.aliases import read_alias

logger = structlog.get_logger("events.engine")

BATCH_EVENTS = 2_000


class CatchUpResult(Enum):
    """The way in which one batch of catching up ended."""

    CAUGHT_UP = "at the watermark"
    MORE = "more events wait"
    WRITER_OPEN = "a writer's open transaction keeps later events from being final"
    BUSY = "another worker has this partition"
    STANDS_ASIDE = "newer code runs this projection"
    HALTED = "halted"


class BatchResult(NamedTuple):
    """The result of one batch: how it ended, how many events it read, and the position of the checkpoint.

    `grown` are the products whose streams have become long enough for another snapshot.
    """

    outcome: CatchUpResult
    events: int = 0
    position: int = 0
    grown: tuple[int, ...] = ()


def catch_up(projection: Projection[Any], partition: int, limit: int = BATCH_EVENTS) -> BatchResult:
    """Projects the next batch of the partition. Writes rows and checkpoint in one transaction.

    If the database refuses a row, the whole batch is undone and done again. The second time, the product of that row
    is parked.
    """
    try:
        result = _catch_up(projection, partition, limit, applying.write)
    except (DataError, IntegrityError):
        result = _catch_up(projection, partition, limit, applying.write_or_park)
    snapshots.take_snapshots(projection, result.grown)
    return result


def _catch_up(projection: Projection[Any], partition: int, limit: int, write: Write) -> BatchResult:
    with transaction.atomic(using=read_alias()):
        checkpoint = checkpoints.lock_unless_busy(projection, partition)
        if checkpoint is None:
            return BatchResult(CatchUpResult.BUSY)
        if refused := why_not(projection, checkpoint):
            return BatchResult(refused)
        # The checkpoint is locked before the watermark is read, because the watermark may wait for open writers. This
        # way one worker per partition waits. All others have found the partition busy and left at once.
        return _project_next(projection, checkpoint, final_watermark(), limit, write)


def catch_up_partition(projection: Projection[Any], partition: int, deadline: float = inf) -> BatchResult:
    """Projects until the partition is at the head, cannot go on, or `deadline` (monotonic seconds) has come.

    Returns the result of the last batch, with the number of all events that were read.
    """
    total = 0
    while True:
        result = catch_up(projection, partition)
        total += result.events
        # The head is read again after the commit. Meanwhile a worker with a newer event may have found the partition
        # busy and left. It relies on this one: without this look, its event would wait for the next sweep.
        if result.outcome is CatchUpResult.CAUGHT_UP and result.position < highest().position:
            result = result._replace(outcome=CatchUpResult.MORE)
        if result.outcome is not CatchUpResult.MORE or time.monotonic() > deadline:
            return result._replace(events=total)


def catch_up_all(deadline: float = inf) -> int:
    """Brings every projection up to the head now. Returns the number of events read."""
    total = 0
    for projection in registered_projections().values():
        for checkpoint in checkpoints.checkpoints_of(projection):
            total += catch_up_partition(projection, checkpoint.partition, deadline).events
        retry_held(projection)
    return total


def bring_up(projection: Projection[Any], product_id: int) -> ReadRow:
    """Folds the events after the row's version into the product's row, and writes it. Uses no checkpoint.

    It is safe beside catch-up, which later finds that the row holds these versions. A missing row starts from the
    product's latest snapshot. Raises FoldFailed.
    """
    with transaction.atomic(using=read_alias()):
        loaded = applying.load(projection, [product_id])
        stored = loaded.stored[product_id]
        row = (stored.is_missing and snapshots.latest(projection, product_id)) or stored.row
        folded = Folded(loaded.fold(row, log.read_stream(product_id, row.version)), stored)
        if folded.is_changed:
            applying.write(projection, [folded])
    return folded.row


def bring_up_or_park(projection: Projection[Any], product_id: int) -> None:
    """Brings the product up unless it is parked. Parks it if an event cannot be applied."""
    # The question comes before any transaction: a parked product costs its readers one look, and no lock.
    if parking.parked_among(projection, [product_id]):
        return
    try:
        bring_up(projection, product_id)
    except FoldFailed as failure:
        parking.park(projection, failure)


def retry_held(projection: Projection[Any]) -> None:
    """Tries the events again that the code did not know when it met them. A deploy may have brought newer code."""
    for key in parking.held_keys(projection):
        release(projection, key)


def release(projection: Projection[Any], key: ParkedKey) -> FoldFailed | None:
    """Replays the product up to now and lets catch-up go on with it, in one transaction under its checkpoint.

    Returns the failure if an event still cannot be applied. The product then stays parked.
    """
    try:
        with transaction.atomic(using=read_alias()):
            # The lock keeps workers out. A worker that still sees the key would pass over an event that is newer than
            # the bring-up. The row would lack this event when the key is gone.
            checkpoints.lock_partition_of(projection, key.product_id)
            bring_up(projection, key.product_id)
            key.delete()
    except FoldFailed as failure:
        parking.park_again(key, failure)
        return failure
    return None


def skip_and_release(
    projection: Projection[Any], key: ParkedKey, failing: RecordedEvent, reason: str
) -> FoldFailed | None:
    """Skips the failing event for good, then releases the product. Returns the failure of a later event, if any."""
    skips.record_skip(projection, failing, reason)
    return release(projection, key)


def why_not(projection: Projection[Any], checkpoint: Checkpoint) -> CatchUpResult | None:
    """Tells why this code may not project this partition; None if it may. Halts it if the log is another one."""
    if checkpoint.halted:
        return CatchUpResult.HALTED
    if checkpoint.projection_version > projection.version:
        return CatchUpResult.STANDS_ASIDE
    if reason := checkpoints.why_log_is_foreign(checkpoint):
        checkpoints.halt(checkpoint, reason)
        logger.error("projection halted", projection=projection.name, reason=reason)
        return CatchUpResult.HALTED
    return None


def _project_next(
    projection: Projection[Any], checkpoint: Checkpoint, watermark: Watermark, limit: int, write: Write
) -> BatchResult:
    if watermark.position <= checkpoint.position:
        return BatchResult(_at_the_end(watermark), 0, checkpoint.position)
    batch = log.read_partition(
        after=checkpoint.position,
        upto=watermark.position,
        partition=checkpoint.partition,
        partitions=checkpoint.partitions,
        limit=limit,
    )
    grown = applying.apply(projection, batch, write)
    failpoints.reach(failpoints.AFTER_ROWS)
    # A full batch may end before the watermark: the next batch goes on from its last event.
    is_full = len(batch) == limit
    last = batch[-1].position if is_full else watermark.position
    checkpoints.move(checkpoint, Watermark(last, log.event_id_at(last)) if is_full else watermark)
    failpoints.reach(failpoints.BEFORE_CHECKPOINT_COMMIT)
    return BatchResult(
        CatchUpResult.MORE if is_full else _at_the_end(watermark), len(batch), checkpoint.position, grown
    )


def _at_the_end(watermark: Watermark) -> CatchUpResult:
    return CatchUpResult.CAUGHT_UP if watermark.holder is None else CatchUpResult.WRITER_OPEN
