"""The watermark: the position up to which the log is final. A reader that stops there misses no event.

PostgreSQL gives out positions before their transactions commit. A reader of "everything after my checkpoint" would
miss the events of transactions that are still open. For that reason every insert takes a shared advisory lock before
it draws its position (see events.log.triggers).

The watermark first reads the highest visible position and the transactions that hold the lock at that moment. The
position is final when every one of these transactions has ended. SQLite has one writer, so its highest position is
final at once.
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
    """A final position and the id of its event.

    `holder` is the pid of an open writer that keeps the watermark from advancing; None without one.
    """

    position: int
    event_id: UUID | None
    holder: int | None = None


class WouldWaitForItself(RuntimeError):
    """A transaction that has appended to the log reads the watermark. It would wait for its own end."""


START = Watermark(0, None)

_lock = threading.Lock()
# By name of the database: the last final position, and the databases whose guards this process has checked.
_last_final: dict[str, Watermark] = {}
_guarded: set[str] = set()


def final_watermark(wait_seconds: float = WATERMARK_WAIT_SECONDS) -> Watermark:
    """Returns the highest position below which no event can still appear.

    Waits up to `wait_seconds` seconds for the open writers to end. If a writer is open for longer, returns the last
    final position that this process knows, with the writer's pid as `holder`. Raises WouldWaitForItself. Raises
    LogUnguarded if a guard of the log is missing.
    """
    connection = write_connection()
    _ensure_guarded_once(connection)
    if dialect_of(connection).has_one_writer:
        return highest()
    # One thread at a time: a slow thread must not replace a newer final position by its older one.
    with _lock:
        return _after_open_writers(connection, wait_seconds)


def highest() -> Watermark:
    """Returns the highest visible position, whether it is final or not."""
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
    # A writer that comes later draws a higher position. Only the writers of the first look must end.
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
# PostgreSQL takes the statement's snapshot, and with it the highest position, before it reads pg_locks. A writer that
# the snapshot does not show is therefore still in pg_locks, or has ended, and then the next statement sees its events.
_HIGHEST_AND_OPEN_WRITERS = (
    "SELECT newest.position, newest.id, writer.virtualtransaction, writer.pid, writer.is_own FROM (SELECT) AS always"
    f" LEFT JOIN ({_HIGHEST}) AS newest ON true"
    f" LEFT JOIN ({_OPEN_WRITERS}) AS writer ON true"
)


def _highest_and_open_writers(connection: BaseDatabaseWrapper) -> tuple[Watermark, dict[str, int]]:
    rows = fetch(connection, _HIGHEST_AND_OPEN_WRITERS)
    position, event_id = rows[0][:2]
    newest = START if position is None else _watermark(position, event_id)
    return newest, _pids_of_others([row[2:] for row in rows if row[2] is not None])


def _open_writers(connection: BaseDatabaseWrapper) -> dict[str, int]:
    """Returns the virtual transactions that hold the writers' lock now, with their pids."""
    return _pids_of_others(fetch(connection, _OPEN_WRITERS))


def _pids_of_others(writers: Sequence[tuple[Any, ...]]) -> dict[str, int]:
    """Raises WouldWaitForItself if this session is one of the writers."""
    if any(is_own for _, _, is_own in writers):
        raise WouldWaitForItself(
            "Read the watermark before or after the transaction that appends, not inside it."
        )
    return {writer: pid for writer, pid, _ in writers}


class OpenWriter(NamedTuple):
    """The pid of a backend that appends to the log, and the seconds since its transaction began."""

    pid: int
    seconds: float


def longest_open_writer() -> OpenWriter | None:
    """Returns the writer that is open for longest; None if that is WATERMARK_WAIT_SECONDS at most."""
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
