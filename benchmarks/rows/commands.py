"""Commands through the bus, compared with the ORM and with PostgreSQL alone."""

from collections.abc import Iterator
from contextlib import ExitStack

from benchmarks.pgbench import COMMAND, transactions_per_second
from benchmarks.result import Row
from benchmarks.rig import USERS, Rig
from benchmarks.rounds import cpu_ms, in_turns, rates
from benchmarks.sides import ask_all

PROCESSES = 4


def measure(rig: Rig) -> Iterator[Row]:
    """One process against the ORM, then PROCESSES processes against pgbench."""
    scale = rig.scale
    catalogue = rig.catalogue(scale.products, scale.events_each)
    some = {"products": scale.products, "users": USERS}
    with ExitStack() as ends:
        sides = [rig.side(ends, "benchmarks.service", catalogue.url) for _ in range(PROCESSES)]
        baseline = rig.side(ends, "benchmarks.crud.work", catalogue.url)
        ours, theirs = in_turns(
            scale.rounds,
            lambda: sides[0].ask("send_ratings", seconds=scale.seconds, **some),
            lambda: baseline.ask("send_ratings", seconds=scale.seconds, **some),
        )
        yield Row(
            what="commands through the bus, 1 process",
            against="the same work in the ORM's idiom",
            unit="/s",
            ours=rates(ours),
            theirs=rates(theirs),
            reach=1.0,
            beyond=2.0,
            cpu=(cpu_ms(ours), cpu_ms(theirs)),
        )
        many, limit = in_turns(
            scale.rounds,
            lambda: ask_all(sides, "send_ratings", seconds=scale.seconds, **some),
            lambda: transactions_per_second(catalogue.url, COMMAND, scale.seconds, **some),
        )
        yield Row(
            what=f"commands through the bus, {PROCESSES} processes",
            against="pgbench, 8 clients",
            unit="/s",
            ours=rates(many),
            theirs=limit,
            reach=0.20,
            beyond=0.40,
            cpu=(cpu_ms(many), None),
        )
    rig.drop(catalogue)
