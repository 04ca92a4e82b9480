"""Long runs of which a second at once makes no sense. The end of the process ends its claim."""

from collections.abc import Iterator
from contextlib import contextmanager

from kernel.database.aliases import read_connection
from kernel.database.dialect import LockHeldElsewhere, dialect_of

RUN_LOCK_CLASS = 7_202


class AlreadyRunning(RuntimeError):
    """Another process runs under this name."""


@contextmanager
def exclusive_run(name: str) -> Iterator[None]:
    """Inside, no other process of the read side's database runs under this name. Raises AlreadyRunning at once."""
    connection = read_connection()
    try:
        with dialect_of(connection).run_alone(connection, RUN_LOCK_CLASS, name):
            yield
    except LockHeldElsewhere:
        raise AlreadyRunning(f"{name} is running already.") from None
