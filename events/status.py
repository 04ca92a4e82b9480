"""The status of each projection: how far it is behind the head of the log, and why."""

from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, F, Min
from django.utils import timezone

from events.integrity.divergences import divergent_products
from events.log.watermark import highest, longest_open_writer
from events.models import Checkpoint, Event, ParkedKey
from events.projections import checkpoints
from events.projections.base import Projection, registered_projections


class PartitionStatus(NamedTuple):
    """The status of one partition of one projection.

    The lag is the number of events after the checkpoint, and the seconds since the oldest of them was recorded.
    """

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
        """True if an operator must act: the partition is halted, or a product in it is parked."""
        return bool(self.halted or self.parked)


def projection_status() -> list[PartitionStatus]:
    """Returns the status of every partition of every projection."""
    head = highest().position
    return [
        _status(projection, checkpoint, head)
        for projection in registered_projections().values()
        for checkpoint in checkpoints.checkpoints_of(projection)
    ]


class Lag(NamedTuple):
    """The number of events after a checkpoint, and the seconds since the oldest of them was recorded."""

    events: int
    seconds: float


def _status(projection: Projection[Any], checkpoint: Checkpoint, head: int) -> PartitionStatus:
    lag = _lag(checkpoint)
    keys = ParkedKey.objects.filter(projection=projection.name).values_list("product_id", flat=True)
    parked = [product_id for product_id in keys if _is_in(checkpoint, product_id)]
    return PartitionStatus(
        projection.name,
        checkpoint.partition,
        checkpoint.position,
        head,
        lag.events,
        lag.seconds,
        parked,
        checkpoint.halted,
        _cause(projection, checkpoint, lag, parked),
    )


def _lag(checkpoint: Checkpoint) -> Lag:
    waiting = Event.objects.annotate(partition=F("product_id") % checkpoint.partitions).filter(
        position__gt=checkpoint.position, partition=checkpoint.partition
    )
    found = waiting.aggregate(events=Count("position"), oldest=Min("recorded_at"))
    oldest = found["oldest"]
    seconds = (timezone.now() - oldest).total_seconds() if oldest else 0.0
    return Lag(found["events"], max(seconds, 0.0))


def _cause(projection: Projection[Any], checkpoint: Checkpoint, lag: Lag, parked: list[int]) -> str:
    """Returns the causes that matter most, with the commands that help."""
    if checkpoint.halted:
        return checkpoint.halted
    if checkpoint.projection_version > projection.version:
        return "newer code runs this projection; this process leaves it alone"
    causes = []
    if checkpoint.projection_version < projection.version:
        causes.append(f"rebuild needed: run 'manage.py rebuild_read_models {projection.name}'")
    if parked:
        causes.append(f"parked: {_some(parked)}; see 'manage.py parked_keys list'")
    if divergent := [one for one in divergent_products(projection.name) if _is_in(checkpoint, one)]:
        causes.append(
            f"not what the log says: {_some(divergent)}; run 'manage.py verify_read_models --repair'"
        )
    if lag.events:
        causes.append(_why_behind(checkpoint, lag))
    return "; ".join(causes)


def _why_behind(checkpoint: Checkpoint, lag: Lag) -> str:
    if holder := longest_open_writer():
        return (
            f"the watermark is held by pid {holder.pid}, whose transaction is open for {holder.seconds:.0f} s"
        )
    # A sweep alone would have moved the checkpoint within this time.
    overdue = 3 * settings.SWEEP_INTERVAL
    idle = (timezone.now() - checkpoint.moved_at).total_seconds()
    if lag.seconds > overdue and idle > overdue:
        remedy = "start a worker and beat, or run 'manage.py catch_up_projections'"
        return f"nobody has projected for {idle:.0f} s: {remedy}"
    return "the events are being projected"


def _is_in(checkpoint: Checkpoint, product_id: int) -> bool:
    return product_id % checkpoint.partitions == checkpoint.partition


def _some(product_ids: list[int]) -> str:
    shown = ", ".join(map(str, product_ids[:10]))
    return f"{shown} and {len(product_ids) - 10} more" if len(product_ids) > 10 else shown
