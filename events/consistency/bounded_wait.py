"""Waiting inside a request, bounded: whoever waits holds a thread that could answer somebody else.

At most a quarter of this process's threads wait at once, for a fresh row or for the feed's next event; whoever
comes then is turned away at once and answered with what there is. No transaction is open meanwhile.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum

from django.conf import settings

FIRST_PAUSE, LONGEST_PAUSE = 0.01, 0.25  # seconds


class Wait(Enum):
    """How waiting ended."""

    MET = "what was waited for is so"
    TIME_UP = "it is not"
    TURNED_AWAY = "it is not, and too many wait already"


class WaitSlots:
    """Counts who waits in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0

    @contextmanager
    def acquire(self) -> Iterator[bool]:
        """Whether one more may wait, who is counted until the block ends."""
        with self._lock:
            admitted = self._count < slot_count()
            self._count += admitted
        try:
            yield admitted
        finally:
            with self._lock:
                self._count -= admitted


wait_slots = WaitSlots()


def slot_count() -> int:
    """A quarter of the threads that serve requests in this process, and never none."""
    return max(1, int(settings.WEB_THREADS) // 4)


def wait_for(condition: Callable[[], bool], seconds: float) -> Wait:
    """Ask until `condition` says yes or the time is up; without time it is asked once.

    Between asking it sleeps, FIRST_PAUSE and then ever longer up to LONGEST_PAUSE.
    """
    if condition():
        return Wait.MET
    if seconds <= 0:
        return Wait.TIME_UP
    with wait_slots.acquire() as admitted:
        if not admitted:
            return Wait.TURNED_AWAY
        return Wait.MET if any(condition() for _ in _pauses(seconds)) else Wait.TIME_UP


def _pauses(seconds: float) -> Iterator[None]:
    deadline, pause = time.monotonic() + seconds, FIRST_PAUSE
    while (left := deadline - time.monotonic()) > 0:
        time.sleep(min(pause, left))
        yield
        pause = min(2 * pause, LONGEST_PAUSE)
