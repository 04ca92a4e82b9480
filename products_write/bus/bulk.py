"""Sends many commands in a row with less noise."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from events.delivery.gathering import gathered_wake_ups


@contextmanager
def in_bulk() -> Iterator[None]:
    """Inside this context, wake-ups are gathered, and a command that succeeds leaves no log line."""
    logger = logging.getLogger("products_write")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        with gathered_wake_ups():
            yield
    finally:
        logger.setLevel(level)
