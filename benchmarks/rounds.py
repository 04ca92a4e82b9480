"""Rounds of both sides in turns. Other work on the machine then affects both sides equally."""

from collections.abc import Callable, Sequence
from statistics import median
from typing import Protocol, TypeVar

T = TypeVar("T")
U = TypeVar("U")


class Measured(Protocol):
    """The result of a round: operations per second, and CPU milliseconds per operation."""

    @property
    def rate(self) -> float: ...

    @property
    def cpu_ms(self) -> float: ...


def in_turns(rounds: int, ours: Callable[[], T], theirs: Callable[[], U]) -> tuple[list[T], list[U]]:
    """The results of `rounds` rounds of each side. The two sides begin a round in turns."""
    ours(), theirs()  # one round to warm up, which does not count
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
    """The operations per second of each round."""
    return [each.rate for each in rounds]


def cpu_ms(rounds: Sequence[Measured]) -> float:
    """The median of the rounds' CPU milliseconds per operation."""
    return median(each.cpu_ms for each in rounds)
