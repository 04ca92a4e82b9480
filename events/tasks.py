"""Celery's way in: parse, call."""

import time

from celery import shared_task
from django.conf import settings
from django.db import InterfaceError, OperationalError

from events.delivery.pending_flags import pending_flags
from events.delivery.sweep import sweep_everything
from events.integrity.divergences import verify_at_random
from events.projections import engine
from events.projections.sync_modes import SyncMode, projections_in

PROJECT_BUDGET_SECONDS = 20.0
# Embedded, the task runs in the thread that answers a request: what takes longer is left to the sweep.
EMBEDDED_BUDGET_SECONDS = 0.25
SAMPLE_PRODUCTS = 20
RETRIES = 3


@shared_task(
    name="events.project",
    autoretry_for=(OperationalError, InterfaceError),  # a lost connection, a lock not got in time
    default_retry_delay=1,  # seconds
    max_retries=0 if settings.EMBEDDED else RETRIES,
)
def project(partition: int) -> None:
    """Catch the eventual projections up in one partition; what exceeds the time budget is left to a task of its own."""
    if not isinstance(partition, int):
        return
    pending_flags.clear(partition)
    deadline = time.monotonic() + (EMBEDDED_BUDGET_SECONDS if settings.EMBEDDED else PROJECT_BUDGET_SECONDS)
    steps = [
        engine.catch_up_partition(projection, partition, deadline)
        for projection in projections_in(SyncMode.EVENTUAL)
    ]
    if not settings.EMBEDDED:
        _go_on(partition, {step.outcome for step in steps})


def _go_on(partition: int, outcomes: set[engine.CatchUpResult]) -> None:
    """Another task for what is left."""
    if engine.CatchUpResult.MORE in outcomes:
        project.delay(partition)
    elif engine.CatchUpResult.WRITER_OPEN in outcomes:
        project.apply_async((partition,), countdown=1)


@shared_task(name="events.verify_sample")
def verify_sample() -> None:
    """Verify a few products taken at random; what differs is reported and left as it is."""
    verify_at_random(SAMPLE_PRODUCTS)


@shared_task(name="events.sweep")
def sweep() -> None:
    """The guarantee behind all messages: do wherever something waits."""
    sweep_everything()
