"""Running projections: catch up from the checkpoint, or bring one product up. Everything else calls these two."""

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
from events.projections.applying import Folded, Loaded, Write
from events.projections.base import FoldFailed, Projection, ReadRow, registered_projections
from kernel import failpoints
from kernel.database.aliases import read_alias

logger = structlog.get_logger("events.engine")

BATCH_EVENTS = 2_000


class CatchUpResult(Enum):
    """How one step of catching up ended."""

    CAUGHT_UP = "at the watermark"
    MORE = "more events wait"
    WRITER_OPEN = "a writer's open transaction keeps later events from being final"
    BUSY = "another worker has this partition"
    STANDS_ASIDE = "newer code has this projection"
    HALTED = "halted"


class BatchResult(NamedTuple):
    """One step of catching up: how it ended, how many events it read, and where the checkpoint stands.

    `grown` are the products whose streams have become long enough for another snapshot.
    """

    outcome: CatchUpResult
    events: int = 0
    position: int = 0
    grown: tuple[int, ...] = ()


def catch_up(projection: Projection[Any], partition: int, limit: int = BATCH_EVENTS) -> BatchResult:
    """Project the next batch of the partition: rows and checkpoint in one transaction.

    The checkpoint is locked first, so that all but one worker leave at once instead of waiting for open writers.
    When the database refuses a row, all is undone and done again with that row's product parked.
    """
    try:
        step = _catch_up(projection, partition, limit, applying.write)
    except (DataError, IntegrityError):
        step = _catch_up(projection, partition, limit, applying.write_or_park)
    snapshots.take_snapshots(projection, step.grown)
    return step


def _catch_up(projection: Projection[Any], partition: int, limit: int, write: Write) -> BatchResult:
    with transaction.atomic(using=read_alias()):
        checkpoint = checkpoints.lock_unless_busy(projection, partition)
        if checkpoint is None:
            return BatchResult(CatchUpResult.BUSY)
        if refused := why_not(projection, checkpoint):
            return BatchResult(refused)
        return _project_next(projection, checkpoint, final_watermark(), limit, write)


def catch_up_partition(projection: Projection[Any], partition: int, deadline: float = inf) -> BatchResult:
    """Project until the partition is at the head, cannot go on or `deadline` (monotonic seconds) has come.

    The step returned is the last one's outcome with all the events read. The head is read again after the last
    commit: whoever was turned away as BUSY meanwhile relies on it.
    """
    total = 0
    while True:
        step = catch_up(projection, partition)
        total += step.events
        if step.outcome is CatchUpResult.CAUGHT_UP and step.position < highest().position:
            step = step._replace(outcome=CatchUpResult.MORE)
        if step.outcome is not CatchUpResult.MORE or time.monotonic() > deadline:
            return step._replace(events=total)


def catch_up_all(deadline: float = inf) -> int:
    """Bring every projection up to the head now; returns the number of events read."""
    total = 0
    for projection in registered_projections().values():
        for checkpoint in checkpoints.checkpoints_of(projection):
            total += catch_up_partition(projection, checkpoint.partition, deadline).events
        retry_held(projection)
    return total


def bring_up(projection: Projection[Any], product_id: int) -> ReadRow:
    """Fold what the product's stream holds beyond its row, and write the row. Needs no checkpoint and moves none.

    Safe beside catch-up, which then finds these versions already in. A row that is not there starts from the
    product's latest snapshot. Raises FoldFailed.
    """
    with transaction.atomic(using=read_alias()):
        return _bring_up(projection, product_id, applying.load(projection, [product_id]))


def bring_up_or_park(projection: Projection[Any], product_id: int) -> None:
    """Bring the product up unless it is parked. Park it when an event cannot be applied."""
    try:
        with transaction.atomic(using=read_alias()):
            loaded = applying.load(projection, [product_id])
            if product_id not in loaded.parked:
                _bring_up(projection, product_id, loaded)
    except FoldFailed as failure:
        parking.park(projection, failure)


def _bring_up(projection: Projection[Any], product_id: int, loaded: Loaded) -> ReadRow:
    held = loaded.held[product_id]
    row = (held.has_no_row and snapshots.latest(projection, product_id)) or held.row
    folded = Folded(loaded.fold(row, log.read_stream(product_id, row.version)), held)
    if folded.is_changed:
        applying.write(projection, [folded])
    return folded.row


def retry_held(projection: Projection[Any]) -> None:
    """Try the events that this code did not know when it met them; a deploy may have brought the code."""
    for key in parking.held_keys(projection):
        release(projection, key)


def release(projection: Projection[Any], key: ParkedKey) -> FoldFailed | None:
    """Replay the product up to now and let catch-up go on with it, in one transaction under its checkpoint.

    Returns why it could not be, in which case it stays parked.
    """
    try:
        with transaction.atomic(using=read_alias()):
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
    """Pass over the failing event for good, then release; returns what fails next, if anything does."""
    skips.record_skip(projection, failing, reason)
    return release(projection, key)


def why_not(projection: Projection[Any], checkpoint: Checkpoint) -> CatchUpResult | None:
    """Why this code may not project this partition now; None when it may. Halts it when the log is another one."""
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
    is_full = len(batch) == limit
    last = batch[-1].position if is_full else watermark.position
    checkpoints.move(checkpoint, Watermark(last, log.event_id_at(last)) if is_full else watermark)
    failpoints.reach(failpoints.BEFORE_CHECKPOINT_COMMIT)
    return BatchResult(
        CatchUpResult.MORE if is_full else _at_the_end(watermark), len(batch), checkpoint.position, grown
    )


def _at_the_end(watermark: Watermark) -> CatchUpResult:
    return CatchUpResult.CAUGHT_UP if watermark.holder is None else CatchUpResult.WRITER_OPEN
