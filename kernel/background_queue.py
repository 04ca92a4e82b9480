"""Jobs that run beside the thread that serves a request. They publish hints, which must never harm a command."""

import atexit
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

import structlog

logger = structlog.get_logger("events.background")

DRAIN_SECONDS = 2.0
GATHER_SECONDS = 0.025


class BackgroundQueue:
    """One thread per process that runs a job for the numbers it is given, in the order given.

    One job handles up to `at_once` numbers. Under load the thread pauses GATHER_SECONDS between two jobs, so that
    more numbers share a job. A number that comes alone is handled at once.

    A number that waits already is not added again. While `limit` numbers wait, further numbers are dropped. The
    sweep must therefore be able to do what the job does. If a job raises an error, the error is logged and the next
    job runs.
    """

    def __init__(
        self, name: str, job: Callable[[Sequence[int]], None], *, at_once: int = 1, limit: int = 10_000
    ) -> None:
        self._name, self._job, self._at_once, self._limit = name, job, at_once, limit
        self._waiting: dict[int, None] = {}
        self._is_busy = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, numbers: Iterable[int]) -> None:
        """Hands numbers to the thread and returns at once."""
        with self._changed:
            room = self._limit - len(self._waiting)
            self._waiting |= dict.fromkeys(list(numbers)[:room])
            self._changed.notify_all()
            # A forked process has a copy of the queue, but not its thread: it starts a thread of its own.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
                atexit.register(self.drain)

    def drain(self) -> None:
        """Waits until no number is left, at most DRAIN_SECONDS. A short-lived process calls it before it ends."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting and not self._is_busy, DRAIN_SECONDS)

    def _run(self) -> None:
        while True:
            numbers = self._next()
            try:
                self._job(numbers)
            except Exception:
                logger.exception("job_failed", job=self._name, about=numbers)
            if self._at_once > 1 and (self._waiting or len(numbers) > 1):
                time.sleep(GATHER_SECONDS)

    def _next(self) -> list[int]:
        with self._changed:
            self._is_busy = False
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._waiting)
            self._is_busy = True
            numbers = list(islice(self._waiting, self._at_once))
            for number in numbers:
                del self._waiting[number]
            return numbers
