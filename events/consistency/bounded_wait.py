"""Waiting inside a request. It has bounds, because a request that waits holds a thread that could serve others.

At most a quarter of this process's threads wait at once, for a fresh row or for the feed's next event. A further
request does not wait: it is turned away at once and gets the present state. No transaction is open during a wait.
A request says how long it may wait, up to LONGEST_WAIT of boundary.requests.prefer.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum

from django.conf import settings

FIRST_PAUSE, LONGEST_PAUSE = 0.01, 0.25  # seconds


class Wait(Enum):
    """The way in which a wait ended."""

    MET = "the condition is true"
    TIME_UP = "the condition is not true, and the time is over"
    TURNED_AWAY = "the condition is not true, and too many threads wait already"


class WaitSlots:
    """Counts the waiting threads of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0

    @contextmanager
    def acquire(self) -> Iterator[bool]:
        """Yields whether this thread may wait. If it may, it counts as waiting until the block ends."""
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
    """Returns a quarter of the threads that serve requests in this process, and at least 1."""
    return max(1, int(settings.WEB_THREADS) // 4)


def wait_for(condition: Callable[[], bool], seconds: float) -> Wait:
    """Calls `condition` until it returns true or `seconds` are over. Without seconds it is called once.

    Between two calls the thread sleeps: FIRST_PAUSE at first, then longer and longer, up to LONGEST_PAUSE.
    """
    # The condition is usually true at once. This first call needs no slot.
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
