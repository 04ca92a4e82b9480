"""Checkpoints: how far a projection has read the log, in each of its partitions."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from events.log.watermark import Watermark
from events.models import Checkpoint
from events.projections.base import Projection
from kernel.database.aliases import read_alias, read_connection, write_connection
from kernel.database.dialect import dialect_of
from kernel.database.hydration import hydrate, select
from kernel.database.statements import fetch, run, uuid_value

DEFAULT_PARTITIONS = 4


def checkpoints_of(projection: Projection[Any]) -> list[Checkpoint]:
    """Returns all checkpoints of the projection, in the order of partitions. Makes them on first use."""
    return list(Checkpoint.objects.filter(projection=projection.name)) or _start(projection)


def partitions_in_use() -> int:
    """Returns the number of partitions into which products are divided."""
    return Checkpoint.objects.values_list("partitions", flat=True).first() or DEFAULT_PARTITIONS


def lock_unless_busy(projection: Projection[Any], partition: int) -> Checkpoint | None:
    """Locks the partition's checkpoint until the transaction ends, and returns it.

    Returns None if another worker has it, or if there is no such partition.
    """
    found = _locked(projection, partition)
    if found is None:  # it is busy, or not made yet, or another worker has made it since
        checkpoints_of(projection)
        found = _locked(projection, partition)
    return found


def _locked(projection: Projection[Any], partition: int) -> Checkpoint | None:
    connection = read_connection()
    lock = dialect_of(connection).row_lock_unless_busy
    locked = f"{select(Checkpoint)} WHERE projection = %s AND partition = %s{lock}"
    found = fetch(connection, locked, [projection.name, partition])
    return hydrate(Checkpoint, connection, found[0]) if found else None


def lock_partition_of(projection: Projection[Any], product_id: int) -> Checkpoint:
    """Locks the checkpoint that covers the product, and returns it. Waits for the worker that has it."""
    while True:
        checkpoints_of(projection)
        partition = product_id % partitions_in_use()
        locked = Checkpoint.objects.select_for_update().filter(
            projection=projection.name, partition=partition
        )
        # While this waits for the lock, the number of partitions can change. Then the product has another checkpoint.
        checkpoint = locked.first()
        if checkpoint and product_id % checkpoint.partitions == partition:
            return checkpoint


def lock_all(projection: Projection[Any]) -> list[Checkpoint]:
    """Locks all checkpoints of the projection and returns them. Their fixed order prevents deadlocks."""
    checkpoints_of(projection)
    return list(
        Checkpoint.objects.filter(projection=projection.name).select_for_update().order_by("partition")
    )


def move(checkpoint: Checkpoint, to: Watermark) -> None:
    """Moves the locked checkpoint on, in the transaction that wrote the rows: both commit together or not at all."""
    connection = read_connection()
    values = [to.position, uuid_value(connection, to.event_id), checkpoint.pk]
    run(
        connection,
        "UPDATE events_checkpoint SET position = %s, event_id = %s, moved_at = CURRENT_TIMESTAMP WHERE id = %s",
        values,
    )
    checkpoint.position, checkpoint.event_id = to.position, to.event_id


def restart(checkpoint: Checkpoint, at: Watermark, projection: Projection[Any]) -> None:
    """Sets the checkpoint after a rebuild: the rows are the fold of the log up to `at`, by this code. Ends a halt."""
    fields = {"position": at.position, "event_id": at.event_id, "projection_version": projection.version}
    Checkpoint.objects.filter(pk=checkpoint.pk).update(halted="", moved_at=Now(), **fields)


def why_log_is_foreign(checkpoint: Checkpoint) -> str:
    """Tells why the rows come from another log, and what to do. Empty if they come from this one.

    In this log, the event to which the checkpoint was moved is still at its position.
    """
    if checkpoint.position == 0 or checkpoint.event_id is None:
        return ""
    connection = write_connection()
    found = fetch(connection, "SELECT id FROM events_event WHERE position = %s", [checkpoint.position])
    if found == [(uuid_value(connection, checkpoint.event_id),)]:
        return ""
    return (
        f"Event {checkpoint.event_id} is no longer at position {checkpoint.position}: the log was restored from a"
        f" backup, or this is another log. Run 'manage.py rebuild_read_models {checkpoint.projection}'."
    )


def halt(checkpoint: Checkpoint, reason: str) -> None:
    """Stops projecting this partition until a rebuild."""
    Checkpoint.objects.filter(pk=checkpoint.pk).update(halted=reason)
    checkpoint.halted = reason


def repartition(projections: Iterable[Projection[Any]], partitions: int) -> None:
    """Divides products into this many partitions, in one transaction that holds all checkpoints.

    The new checkpoints of a projection start at its lowest old position. Rows that are further on pass over the
    events that they hold already.
    """
    with transaction.atomic(using=read_alias()):
        for projection in projections:
            locked = lock_all(projection)
            lowest = min(locked, key=lambda checkpoint: checkpoint.position)
            halted = next((checkpoint.halted for checkpoint in locked if checkpoint.halted), "")
            Checkpoint.objects.filter(projection=projection.name).delete()
            Checkpoint.objects.bulk_create(
                Checkpoint(
                    projection=projection.name,
                    partition=partition,
                    partitions=partitions,
                    position=lowest.position,
                    event_id=lowest.event_id,
                    projection_version=lowest.projection_version,
                    halted=halted,
                )
                for partition in range(partitions)
            )


def _start(projection: Projection[Any]) -> list[Checkpoint]:
    partitions = partitions_in_use()
    Checkpoint.objects.bulk_create(
        [
            Checkpoint(
                projection=projection.name,
                partition=partition,
                partitions=partitions,
                projection_version=projection.version,
            )
            for partition in range(partitions)
        ],
        ignore_conflicts=True,
    )
    return list(Checkpoint.objects.filter(projection=projection.name))
