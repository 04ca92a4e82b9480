"""The events per second that one worker projects, compared with the events that four processes of commands write."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count

from benchmarks.result import Row
from benchmarks.rig import USERS, Rig
from benchmarks.rounds import cpu_ms, in_turns, rates
from benchmarks.rows.commands import PROCESSES
from benchmarks.sides import Done, ask_all
from tests.support.filling import fill


def measure(rig: Rig) -> Iterator[Row]:
    """One worker with both projections. Each round adds one event for each product and projects it."""
    scale = rig.scale
    projected, written = (rig.catalogue(scale.products, scale.events_each) for _ in range(2))
    versions = count(scale.events_each + 1)
    with ExitStack() as ends:
        worker = rig.side(ends, "benchmarks.service", projected.url)
        writers = [rig.side(ends, "benchmarks.service", written.url) for _ in range(PROCESSES)]

        def project() -> Done:
            version = next(versions)
            fill(projected.url, scale.products, upto=version, after=version - 1)
            waiting = worker.ask("waiting").operations
            done = worker.ask("project")
            return done._replace(operations=waiting - worker.ask("waiting").operations)

        ours, theirs = in_turns(
            scale.rounds,
            project,
            lambda: ask_all(
                writers, "send_ratings", seconds=scale.seconds, products=scale.products, users=USERS
            ),
        )
    rig.drop(projected)
    rig.drop(written)
    yield Row(
        what="live projection, 1 worker, both projections",
        against=f"commands through the bus, {PROCESSES} processes",
        unit="events/s",
        ours=rates(ours),
        theirs=rates(theirs),
        reach=5.0,
        beyond=20.0,
        cpu=(cpu_ms(ours), cpu_ms(theirs)),
        note="each event is about another product than the event before it, so each changes another row",
    )
