"""How far a projection has read: the checkpoints of its partitions."""

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
    """All checkpoints of the projection, in partition order; made on first use."""
    return list(Checkpoint.objects.filter(projection=projection.name)) or _start(projection)


def partitions_in_use() -> int:
    """Into how many partitions products are divided."""
    return Checkpoint.objects.values_list("partitions", flat=True).first() or DEFAULT_PARTITIONS


def lock_unless_busy(projection: Projection[Any], partition: int) -> Checkpoint | None:
    """The partition's checkpoint, locked until the transaction ends; None while another worker has it.

    None also when there is no such partition.
    """
    found = _locked(projection, partition)
    if found is None:  # busy, or not made yet, or made by another worker since that look
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
    """The checkpoint that covers the product, locked; waits for the worker that has it."""
    while True:
        checkpoints_of(projection)
        partition = product_id % partitions_in_use()
        locked = Checkpoint.objects.select_for_update().filter(
            projection=projection.name, partition=partition
        )
        checkpoint = locked.first()
        if checkpoint and product_id % checkpoint.partitions == partition:
            return checkpoint


def lock_all(projection: Projection[Any]) -> list[Checkpoint]:
    """All checkpoints of the projection, locked in order."""
    checkpoints_of(projection)
    return list(
        Checkpoint.objects.filter(projection=projection.name).select_for_update().order_by("partition")
    )


def move(checkpoint: Checkpoint, to: Watermark) -> None:
    """Move the locked checkpoint on, in the transaction that wrote the rows."""
    connection = read_connection()
    values = [to.position, uuid_value(connection, to.event_id), checkpoint.pk]
    run(
        connection,
        "UPDATE events_checkpoint SET position = %s, event_id = %s, moved_at = CURRENT_TIMESTAMP WHERE id = %s",
        values,
    )
    checkpoint.position, checkpoint.event_id = to.position, to.event_id


def restart(checkpoint: Checkpoint, at: Watermark, projection: Projection[Any]) -> None:
    """After a rebuild: the rows are the fold of the log up to `at`, by this code; whatever halted it is mended."""
    fields = {"position": at.position, "event_id": at.event_id, "projection_version": projection.version}
    Checkpoint.objects.filter(pk=checkpoint.pk).update(halted="", moved_at=Now(), **fields)


def why_log_is_foreign(checkpoint: Checkpoint) -> str:
    """Empty while the event this checkpoint was moved to is still in the log, else what to do about it."""
    if checkpoint.position == 0 or checkpoint.event_id is None:
        return ""
    connection = write_connection()
    found = fetch(connection, "SELECT id FROM events_event WHERE position = %s", [checkpoint.position])
    if found == [(uuid_value(connection, checkpoint.event_id),)]:
        return ""
    return (
        f"Event {checkpoint.event_id} is no longer at position {checkpoint.position}: the log was restored from a"
        f" backup, or is another one. Run 'manage.py rebuild_read_models {checkpoint.projection}'."
    )


def halt(checkpoint: Checkpoint, reason: str) -> None:
    """Stop projecting this partition until a rebuild."""
    Checkpoint.objects.filter(pk=checkpoint.pk).update(halted=reason)
    checkpoint.halted = reason


def repartition(projections: Iterable[Projection[Any]], partitions: int) -> None:
    """Divide products into this many partitions, in one transaction under all checkpoints.

    The new checkpoints of a projection start at its lowest old one: rows further on pass over what they hold.
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
