"""A projector that commits its checkpoint before its rows, for a negative control.

Rows and checkpoint must be written in one transaction: otherwise a kill between the two commits loses events.
"""

from typing import Any

from django.db import transaction

from events import log
from events.log.watermark import final_watermark
from events.projections import applying, checkpoints, engine
from events.projections.base import Projection, registered_projections
from kernel import failpoints
from kernel.database.aliases import read_alias

BETWEEN_THE_COMMITS = "between-the-commits"


def catch_up(projection: Projection[Any], partition: int) -> None:
    """A variant of engine.catch_up with two transactions in place of one."""
    watermark = final_watermark()
    with transaction.atomic(using=read_alias()):
        checkpoint = checkpoints.lock_unless_busy(projection, partition)
        assert checkpoint is not None
        batch = log.read_partition(
            after=checkpoint.position,
            upto=watermark.position,
            partition=partition,
            partitions=checkpoint.partitions,
            limit=engine.BATCH_EVENTS,
        )
        checkpoints.move(checkpoint, watermark)
    failpoints.reach(BETWEEN_THE_COMMITS)
    with transaction.atomic(using=read_alias()):
        applying.apply(projection, batch, applying.write)


def catch_up_named(projection: str, partition: int) -> None:
    catch_up(registered_projections()[projection], partition)
