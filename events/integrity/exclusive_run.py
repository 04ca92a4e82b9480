"""A lock for long runs of which a second at once makes no sense; the end of the process releases it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from zlib import crc32

from kernel.database.aliases import read_connection

RUN_LOCK_CLASS = 7_202


class AlreadyRunning(RuntimeError):
    """Somebody else holds the lock."""


@contextmanager
def exclusive_run(name: str) -> Iterator[None]:
    """Alone in the read side's database with this name inside; raises AlreadyRunning at once otherwise."""
    locked = _postgresql_lock(name) if read_connection().vendor == "postgresql" else _file_lock(name)
    with locked:
        yield


@contextmanager
def _postgresql_lock(name: str) -> Iterator[None]:
    key = [RUN_LOCK_CLASS, crc32(name.encode()) & 0x7FFF_FFFF]
    with read_connection().cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        if not cursor.fetchone()[0]:
            raise AlreadyRunning(f"{name} is running already.")
    try:
        yield
    finally:
        with read_connection().cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


@contextmanager
def _file_lock(name: str) -> Iterator[None]:
    with open(f"{read_connection().settings_dict['NAME']}.{name}.lock", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"{name} is running already.") from None
        yield
