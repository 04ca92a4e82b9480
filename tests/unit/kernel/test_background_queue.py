import threading
from collections.abc import Sequence
from types import SimpleNamespace

import pytest

from kernel.background_queue import GATHER_SECONDS, BackgroundQueue


class Jobs:
    """Records the jobs that it gets. The first call lasts until the test sets `go_on`."""

    def __init__(self) -> None:
        self.done: list[list[int]] = []
        self.has_begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self, numbers: Sequence[int]) -> None:
        self.done.append(list(numbers))
        self.has_begun.set()
        assert self.go_on.wait(5)
        if numbers == [13]:
            raise ArithmeticError("no luck")


@pytest.mark.parametrize(
    ("at_once", "expected"),
    [(1, [[13], [2], [3], [4]]), (2, [[13], [2, 3], [4]]), (10, [[13], [2, 3, 4]])],
)
def test_background_queue__does_waiting_jobs_together_and_survives_a_failure(
    at_once: int, expected: list[list[int]]
) -> None:
    jobs = Jobs()
    queue = BackgroundQueue("test", jobs, at_once=at_once)
    queue.add([13])
    assert jobs.has_begun.wait(5)
    queue.add([2, 3])
    queue.add([3, 4, 2])
    jobs.go_on.set()
    queue.drain()
    assert jobs.done == expected


def test_background_queue__drops_jobs_beyond_its_limit() -> None:
    jobs = Jobs()
    queue = BackgroundQueue("test", jobs, at_once=10, limit=2)
    queue.add([1])
    assert jobs.has_begun.wait(5)
    queue.add([2, 3, 4])
    jobs.go_on.set()
    queue.drain()
    assert jobs.done == [[1], [2, 3]]


def test_background_queue__gathers_while_it_is_busy_and_does_a_single_job_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses = []

    def pause(seconds: float) -> None:
        """Another job comes during the first pause."""
        pauses.append(seconds)
        if len(pauses) == 1:
            queue.add([3])

    monkeypatch.setattr("kernel.background_queue.time", SimpleNamespace(sleep=pause))
    jobs = Jobs()
    queue = BackgroundQueue("test", jobs, at_once=10)
    queue.add([1])
    assert jobs.has_begun.wait(5)
    queue.add([2])
    jobs.go_on.set()
    queue.drain()
    assert (jobs.done, pauses) == ([[1], [2, 3]], [GATHER_SECONDS] * 2)
    queue.add([4])
    queue.drain()
    assert (jobs.done[2:], len(pauses)) == ([[4]], 2)
