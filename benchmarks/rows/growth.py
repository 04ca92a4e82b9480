"""The cost of a read, a command and a projected event in a catalogue and log that are many times larger."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

from benchmarks.result import Row
from benchmarks.rig import USERS, Catalogue, Rig
from benchmarks.rounds import cpu_ms, in_turns
from benchmarks.sides import Done, Side


def measure(rig: Rig) -> Iterator[Row]:
    """Each kind of work in a large catalogue, compared with a small one."""
    scale = rig.scale
    small = rig.catalogue(scale.products, scale.events_each)
    large = rig.catalogue(scale.products * scale.growth, scale.events_each)
    with ExitStack() as ends:
        at_small, at_large = (rig.side(ends, "benchmarks.service", each.url) for each in (small, large))
        for what, work in (("a detail", _show), ("a list of a category", _find), ("a command", _send)):
            ours, theirs = in_turns(
                scale.rounds,
                partial(work, at_large, large, scale.seconds),
                partial(work, at_small, small, scale.seconds),
            )
            yield _row(what, small, large, ours, theirs)
        ours, theirs = in_turns(
            scale.rounds,
            partial(_project, at_large, large, scale.seconds),
            partial(_project, at_small, small, scale.seconds),
        )
        yield _row("a projected event", small, large, ours, theirs)
    rig.drop(small)
    rig.drop(large)


def _show(side: Side, catalogue: Catalogue, seconds: float) -> Done:
    return side.ask("show", seconds=seconds, products=catalogue.products)


def _find(side: Side, _catalogue: Catalogue, seconds: float) -> Done:
    return side.ask("find", seconds=seconds)


def _send(side: Side, catalogue: Catalogue, seconds: float) -> Done:
    return side.ask("send_ratings", seconds=seconds, products=catalogue.products, users=USERS)


def _project(side: Side, catalogue: Catalogue, seconds: float) -> Done:
    """Projects the events of commands about random products."""
    side.ask("project")  # projects the events of other rounds, so that they do not count
    _send(side, catalogue, seconds)
    waiting = side.ask("waiting").operations
    return side.ask("project")._replace(operations=waiting)


def _row(what: str, small: Catalogue, large: Catalogue, ours: list[Done], theirs: list[Done]) -> Row:
    sizes = [
        f"{each.products:,} products, {each.products * each.events_each:,} events" for each in (large, small)
    ]
    return Row(
        what=f"{what} with {sizes[0]}",
        against=sizes[1],
        unit="ms",
        ours=[1000 / each.rate for each in ours],
        theirs=[1000 / each.rate for each in theirs],
        reach=1.2,
        beyond=1.05,
        at_most=True,
        cpu=(cpu_ms(ours), cpu_ms(theirs)),
    )
