"""Celery's way in: parse, call."""

import time

from celery import shared_task

from events import engine
from events.checkpoints import partitions_in_use
from events.delivery import pending_flags
from events.projection import registered_projections

BUDGET_SECONDS = 20.0


@shared_task(name="events.project")
def project(partition: int) -> None:
    """Catch every projection up in one partition; what does not fit the time budget is left to a task of its own."""
    pending_flags.clear(partition)
    if not isinstance(partition, int) or not 0 <= partition < partitions_in_use():
        return
    deadline = time.monotonic() + BUDGET_SECONDS
    steps = [
        engine.catch_up_partition(projection, partition, deadline)
        for projection in registered_projections().values()
    ]
    outcomes = {step.outcome for step in steps}
    if engine.Outcome.MORE in outcomes:
        project.delay(partition)
    elif engine.Outcome.WRITER_OPEN in outcomes:
        project.apply_async((partition,), countdown=1)


@shared_task(name="events.sweep")
def sweep() -> None:
    """The guarantee behind the wake-ups: catch up wherever events wait."""
    engine.catch_up_all()
