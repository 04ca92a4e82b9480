"""The Celery tasks. Each parses its arguments and calls the engine."""

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
# Embedded, the task runs in the thread that serves a request. The sweep does the rest.
EMBEDDED_BUDGET_SECONDS = 0.25
SAMPLE_PRODUCTS = 20
RETRIES = 3


@shared_task(
    name="events.project",
    # A lost connection, or a lock that was not free in time.
    autoretry_for=(OperationalError, InterfaceError),
    default_retry_delay=1,  # seconds
    max_retries=0 if settings.EMBEDDED else RETRIES,
)
def project(partition: int) -> None:
    """Catches the projections in eventual mode up in one partition. If the time is not enough, sends another task."""
    if not isinstance(partition, int):  # a message can be forged
        return
    pending_flags.clear(partition)
    deadline = time.monotonic() + (EMBEDDED_BUDGET_SECONDS if settings.EMBEDDED else PROJECT_BUDGET_SECONDS)
    results = [
        engine.catch_up_partition(projection, partition, deadline)
        for projection in projections_in(SyncMode.EVENTUAL)
    ]
    if not settings.EMBEDDED:
        _go_on(partition, {result.outcome for result in results})


def _go_on(partition: int, outcomes: set[engine.CatchUpResult]) -> None:
    """Sends another task if events are left."""
    if engine.CatchUpResult.MORE in outcomes:
        project.delay(partition)
    elif engine.CatchUpResult.WRITER_OPEN in outcomes:
        project.apply_async((partition,), countdown=1)


@shared_task(name="events.verify_sample")
def verify_sample() -> None:
    """Verifies a few products taken at random. Reports the differences and repairs nothing."""
    verify_at_random(SAMPLE_PRODUCTS)


@shared_task(name="events.sweep")
def sweep() -> None:
    """Does all work that waits anywhere. Messages only make it sooner: this is the guarantee."""
    sweep_everything()
