"""Taking turns, so that whatever else happens on the machine meets both sides alike."""

from collections.abc import Callable, Sequence
from statistics import median
from typing import Protocol, TypeVar

T = TypeVar("T")
U = TypeVar("U")


class Measured(Protocol):
    """A round's outcome: operations per second, and CPU milliseconds per operation."""

    @property
    def rate(self) -> float: ...

    @property
    def cpu_ms(self) -> float: ...


def in_turns(rounds: int, ours: Callable[[], T], theirs: Callable[[], U]) -> tuple[list[T], list[U]]:
    """Both sides' rounds after one to warm up; who begins changes from round to round."""
    ours(), theirs()
    done: tuple[list[T], list[U]] = ([], [])
    for number in range(rounds):
        if number % 2:
            done[1].append(theirs())
            done[0].append(ours())
        else:
            done[0].append(ours())
            done[1].append(theirs())
    return done


def rates(rounds: Sequence[Measured]) -> list[float]:
    return [each.rate for each in rounds]


def cpu_ms(rounds: Sequence[Measured]) -> float:
    return median(each.cpu_ms for each in rounds)
