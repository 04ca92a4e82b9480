"""Jobs done beside the thread that answers: publishing hints, which must never hurt a command."""

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
    """One thread per process that does jobs for the numbers it is given, in the order given.

    An job is for up to `at_once` numbers. While they come faster than jobs are done, they are gathered for
    GATHER_SECONDS between jobs; one that comes alone goes at once.

    A number that waits already is not added again; beyond `limit` waiting ones what is added is dropped, so an
    job has to be one that the sweep makes good. An job that raises is logged and the next one is done.
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
        """Have it done soon; returns at once."""
        with self._changed:
            room = self._limit - len(self._waiting)
            self._waiting |= dict.fromkeys(list(numbers)[:room])
            self._changed.notify_all()
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
                atexit.register(self.drain)

    def drain(self) -> None:
        """Let what is waiting be done before a short-lived process ends, within DRAIN_SECONDS."""
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
