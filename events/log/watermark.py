"""Up to which position the log is final, so that a reader skips nothing.

PostgreSQL hands out positions before their transactions commit: a reader of "everything after my checkpoint" would
pass over the ones still open. Every insert therefore takes a shared advisory lock before it draws its position (see
events.log.triggers), and a position is final once nobody who held that lock when it was the highest still holds it.
SQLite has one writer, so its highest position is final at once.
"""

import threading
import time
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper

from events.log.triggers import LOG_LOCK_CLASS, LOG_LOCK_OBJECT, ensure_guarded
from kernel.database.aliases import write_connection
from kernel.database.dialect import dialect_of
from kernel.database.statements import fetch

WATERMARK_WAIT_SECONDS = 1.0
_FIRST_POLL, _LONGEST_POLL = 0.001, 0.05


class Watermark(NamedTuple):
    """A final position and its event's id; `holder` is the pid of a writer that keeps it from advancing, if any."""

    position: int
    event_id: UUID | None
    holder: int | None = None


class WouldWaitForItself(RuntimeError):
    """The watermark was asked for inside a transaction that has appended to the log, and would wait for itself."""


START = Watermark(0, None)

_lock = threading.Lock()
_last_final: dict[str, Watermark] = {}
_guarded: set[str] = set()


def final_watermark(wait_seconds: float = WATERMARK_WAIT_SECONDS) -> Watermark:
    """The highest position below which nothing can still appear.

    Waits up to `wait_seconds` seconds for the writers of now; after that returns the last final one with the holder's
    pid. Raises WouldWaitForItself, and LogUnguarded when the log's triggers are missing.
    """
    connection = write_connection()
    _ensure_guarded_once(connection)
    if dialect_of(connection).has_one_writer:
        return highest()
    with _lock:
        return _after_open_writers(connection, wait_seconds)


def highest() -> Watermark:
    """The highest visible position, final or not."""
    rows = fetch(write_connection(), _HIGHEST)
    return _watermark(*rows[0]) if rows else START


def _watermark(position: int, event_id: UUID | str) -> Watermark:
    return Watermark(position, event_id if isinstance(event_id, UUID) else UUID(event_id))


def _ensure_guarded_once(connection: BaseDatabaseWrapper) -> None:
    name = str(connection.settings_dict["NAME"])
    if name not in _guarded:
        ensure_guarded(connection)
        _guarded.add(name)


def _after_open_writers(connection: BaseDatabaseWrapper, wait_seconds: float) -> Watermark:
    name = str(connection.settings_dict["NAME"])
    candidate, writers = _highest_and_open_writers(connection)
    deadline, pause = time.monotonic() + wait_seconds, _FIRST_POLL
    while writers:
        if time.monotonic() > deadline:
            return _last_final.get(name, START)._replace(holder=next(iter(writers.values())))
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_POLL)
        still_open = _open_writers(connection)
        writers = {writer: pid for writer, pid in writers.items() if writer in still_open}
    _last_final[name] = candidate
    return candidate


_HIGHEST = "SELECT position, id FROM events_event ORDER BY position DESC LIMIT 1"
_OPEN_WRITERS = (
    "SELECT virtualtransaction, pid, pid = pg_backend_pid() AS is_own FROM pg_locks"
    f" WHERE locktype = 'advisory' AND classid = {LOG_LOCK_CLASS} AND objid = {LOG_LOCK_OBJECT} AND objsubid = 2"
    " AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
# The statement's snapshot, and so the highest position, is taken before pg_locks is looked at: a writer not yet
# visible in the one still stands in the other.
_HIGHEST_AND_OPEN_WRITERS = (
    "SELECT newest.position, newest.id, writer.virtualtransaction, writer.pid, writer.is_own FROM (SELECT) AS always"
    f" LEFT JOIN ({_HIGHEST}) AS newest ON true"
    f" LEFT JOIN ({_OPEN_WRITERS}) AS writer ON true"
)


def _highest_and_open_writers(connection: BaseDatabaseWrapper) -> tuple[Watermark, dict[str, int]]:
    rows = fetch(connection, _HIGHEST_AND_OPEN_WRITERS)
    position, event_id = rows[0][:2]
    newest = START if position is None else _watermark(position, event_id)
    return newest, _none_of_them_own([row[2:] for row in rows if row[2] is not None])


def _open_writers(connection: BaseDatabaseWrapper) -> dict[str, int]:
    """Virtual transactions that hold the announcement lock now, with their pids."""
    return _none_of_them_own(fetch(connection, _OPEN_WRITERS))


def _none_of_them_own(writers: Sequence[tuple[Any, ...]]) -> dict[str, int]:
    if any(is_own for _, _, is_own in writers):
        raise WouldWaitForItself("Ask for the watermark before or after the transaction that appends.")
    return {writer: pid for writer, pid, _ in writers}


class OpenWriter(NamedTuple):
    """A backend whose transaction has announced an append, and for how long it has been open."""

    pid: int
    seconds: float


def longest_open_writer() -> OpenWriter | None:
    """The writer that has kept the watermark for longest, if it is for more than PATIENCE_SECONDS."""
    connection = write_connection()
    if dialect_of(connection).has_one_writer:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid, extract(epoch FROM clock_timestamp() - xact_start)::float FROM pg_locks"
            " JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND classid = %s AND objid = %s"
            " AND objsubid = 2 AND granted AND datname = current_database() ORDER BY xact_start LIMIT 1",
            [LOG_LOCK_CLASS, LOG_LOCK_OBJECT],
        )
        row = cursor.fetchone()
    return OpenWriter(*row) if row and row[1] > WATERMARK_WAIT_SECONDS else None
