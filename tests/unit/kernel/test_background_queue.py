"""Jobs beside the thread that answers."""

import threading
from collections.abc import Sequence
from types import SimpleNamespace

import pytest

from kernel.background_queue import GATHER_SECONDS, BackgroundQueue


class Jobs:
    """Notes what it is given; the first one takes until `go_on`."""

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
def test_background__does_what_has_come_meanwhile_together_and_survives_a_failure(
    at_once: int, expected: list[list[int]]
) -> None:
    jobs = Jobs()
    background = BackgroundQueue("test", jobs, at_once=at_once)
    background.add([13])
    assert jobs.has_begun.wait(5)
    background.add([2, 3])
    background.add([3, 4, 2])
    jobs.go_on.set()
    background.drain()
    assert jobs.done == expected


def test_background__drops_what_is_beyond_its_limit() -> None:
    jobs = Jobs()
    background = BackgroundQueue("test", jobs, at_once=10, limit=2)
    background.add([1])
    assert jobs.has_begun.wait(5)
    background.add([2, 3, 4])
    jobs.go_on.set()
    background.drain()
    assert jobs.done == [[1], [2, 3]]


def test_background__gathers_while_it_is_busy_and_not_for_one_that_comes_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses = []

    def pause(seconds: float) -> None:
        """Somebody comes during the first pause."""
        pauses.append(seconds)
        if len(pauses) == 1:
            background.add([3])

    monkeypatch.setattr("kernel.background_queue.time", SimpleNamespace(sleep=pause))
    jobs = Jobs()
    background = BackgroundQueue("test", jobs, at_once=10)
    background.add([1])
    assert jobs.has_begun.wait(5)
    background.add([2])
    jobs.go_on.set()
    background.drain()
    assert (jobs.done, pauses) == ([[1], [2, 3]], [GATHER_SECONDS] * 2)
    background.add([4])
    background.drain()
    assert (jobs.done[2:], len(pauses)) == ([[4]], 2)
