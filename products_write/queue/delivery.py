"""Tells a worker about an accepted command, beside the request that brought it.

The message is a hint (law 3): the command is in the database, and the sweep finds it if the message is lost. Without
a broker, or when no broker can be reached, the publishing thread executes the command itself.
"""

from collections.abc import Sequence
from time import monotonic
from typing import Any

import structlog
from django.conf import settings
from django.db import connections

from kernel import failpoints
from kernel.background_queue import BackgroundQueue
from products_write.queue.execution import execute_line_of

logger = structlog.get_logger("products_write.delivery")

IN_PLACE_SECONDS = 5.0


def deliver(record_id: int, **kwargs: Any) -> None:
    """Receiver of command_accepted: publishes the command in the background, and returns at once."""
    failpoints.reach(failpoints.AFTER_COMMIT)
    command_publisher.add([record_id])


def _deliver(record_ids: Sequence[int]) -> None:
    """Publishes one command or executes it. Each command is a job of its own: a failure does not stop the next one."""
    (record_id,) = record_ids
    if settings.EMBEDDED or not _is_published(record_id):
        _execute_here(record_id)


def _is_published(record_id: int) -> bool:
    from products_write.tasks import execute_command

    try:
        execute_command.delay(record_id)
    except Exception as error:
        logger.warning("command_not_published", record_id=record_id, error=str(error))
        return False
    return True


def _execute_here(record_id: int) -> None:
    try:
        execute_line_of(record_id, monotonic() + IN_PLACE_SECONDS)
    finally:
        connections.close_all()  # the thread may be idle for hours


command_publisher = BackgroundQueue("commands", _deliver)
