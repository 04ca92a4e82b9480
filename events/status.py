"""Where each projection stands against the head of the log."""

from typing import Any, NamedTuple

from django.db.models import Count, F, Min
from django.utils import timezone

from events import checkpoints
from events.models import Checkpoint, Event, ParkedKey
from events.projection import Projection, registered_projections
from events.watermark import highest


class PartitionStatus(NamedTuple):
    """One partition of one projection. Lag: events behind its checkpoint, and seconds since the oldest."""

    projection: str
    partition: int
    position: int
    head: int
    lag_events: int
    lag_seconds: float
    parked: list[int]
    halted: str
    cause: str

    @property
    def needs_attention(self) -> bool:
        return bool(self.halted or self.parked)


def projection_status() -> list[PartitionStatus]:
    """The status of every partition of every projection."""
    head = highest().position
    return [
        _status(projection, checkpoint, head)
        for projection in registered_projections().values()
        for checkpoint in checkpoints.checkpoints_of(projection)
    ]


def _status(projection: Projection[Any], checkpoint: Checkpoint, head: int) -> PartitionStatus:
    lag_events, lag_seconds = _lag(checkpoint)
    keys = ParkedKey.objects.filter(projection=projection.name).values_list("product_id", flat=True)
    parked = [product_id for product_id in keys if product_id % checkpoint.partitions == checkpoint.partition]
    return PartitionStatus(
        projection.name,
        checkpoint.partition,
        checkpoint.position,
        head,
        lag_events,
        lag_seconds,
        parked,
        checkpoint.halted,
        _cause(projection, checkpoint, lag_events, parked),
    )


def _lag(checkpoint: Checkpoint) -> tuple[int, float]:
    waiting = Event.objects.annotate(partition=F("product_id") % checkpoint.partitions).filter(
        position__gt=checkpoint.position, partition=checkpoint.partition
    )
    found = waiting.aggregate(events=Count("position"), oldest=Min("recorded_at"))
    oldest = found["oldest"]
    return found["events"], max((timezone.now() - oldest).total_seconds(), 0.0) if oldest else 0.0


def _cause(projection: Projection[Any], checkpoint: Checkpoint, lag_events: int, parked: list[int]) -> str:
    if checkpoint.halted:
        return checkpoint.halted
    if checkpoint.projection_version < projection.version:
        return f"rebuild needed: run 'manage.py rebuild_read_models {projection.name}'"
    if checkpoint.projection_version > projection.version:
        return "newer code has this projection; this process stands aside"
    if parked:
        return f"parked products: {', '.join(map(str, parked))}"
    return "waiting for a worker" if lag_events else ""
