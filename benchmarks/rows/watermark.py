"""The cost for writers of the log's shared lock. With that lock, readers of the log miss no event."""

from collections.abc import Iterator

from benchmarks.pgbench import COMMAND, transactions_per_second
from benchmarks.result import Row
from benchmarks.rig import USERS, Rig
from benchmarks.rounds import in_turns


def measure(rig: Rig) -> Iterator[Row]:
    """Milliseconds of a command in pgbench, with and without the trigger that takes the lock."""
    scale = rig.scale
    catalogue = rig.catalogue(scale.products, scale.events_each)

    def milliseconds(trigger: str) -> float:
        rig.execute(catalogue.url, f"ALTER TABLE events_event {trigger} TRIGGER events_event_announced")
        rate = transactions_per_second(
            catalogue.url, COMMAND, scale.seconds, products=scale.products, users=USERS
        )
        return 1000 / rate

    ours, theirs = in_turns(
        scale.rounds, lambda: milliseconds("ENABLE ALWAYS"), lambda: milliseconds("DISABLE")
    )
    rig.drop(catalogue)
    yield Row(
        what="a command in pgbench with the shared lock",
        against="the same without",
        unit="ms",
        ours=ours,
        theirs=theirs,
        reach=1.15,
        at_most=True,
    )
