"""Long runs that must not run twice at once. A process that ends, by a kill as well, ends its run."""

from collections.abc import Iterator
from contextlib import contextmanager

from kernel.database.aliases import read_connection
from kernel.database.dialect import LockHeldElsewhere, dialect_of

# The lock class of long runs, such as the rebuild of a projection. The key comes from the name of the run.
RUN_LOCK_CLASS = 7_202


class AlreadyRunning(RuntimeError):
    """Another process runs under this name."""


@contextmanager
def exclusive_run(name: str) -> Iterator[None]:
    """Inside the block, no other process runs under this name on the read side's database.

    Raises AlreadyRunning at once if one does.
    """
    connection = read_connection()
    try:
        with dialect_of(connection).run_alone(connection, RUN_LOCK_CLASS, name):
            yield
    except LockHeldElsewhere:
        raise AlreadyRunning(f"{name} is running already.") from None
