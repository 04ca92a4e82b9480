"""Up to which position the log is final, so that a reader skips nothing.

PostgreSQL hands out positions before their transactions commit: a reader of "everything after my checkpoint" would
pass over the ones still open. Every insert therefore takes a shared advisory lock before it draws its position (see
events.guards), and a position is final once nobody who held that lock when it was the highest still holds it.
SQLite has one writer, so its highest position is final at once.
"""

import threading
import time
from typing import NamedTuple
from uuid import UUID

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from events.databases import write_alias
from events.guards import LOCK_CLASS, LOCK_OBJECT, ensure_guarded
from events.models import Event

PATIENCE_SECONDS = 1.0
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


def final_watermark(patience: float = PATIENCE_SECONDS) -> Watermark:
    """The highest position below which nothing can still appear.

    Waits up to `patience` seconds for the writers of now; after that returns the last final one with the holder's
    pid. Raises WouldWaitForItself, and LogUnguarded when the log's triggers are missing.
    """
    connection = connections[write_alias()]
    _ensure_guarded_once(connection)
    if connection.vendor != "postgresql":
        return highest()
    with _lock:
        return _after_open_writers(connection, patience)


def highest() -> Watermark:
    """The highest visible position, final or not."""
    newest = Event.objects.order_by("-position").values_list("position", "event_id").first()
    return Watermark(*newest) if newest else START


def _ensure_guarded_once(connection: BaseDatabaseWrapper) -> None:
    name = str(connection.settings_dict["NAME"])
    if name not in _guarded:
        ensure_guarded(connection)
        _guarded.add(name)


def _after_open_writers(connection: BaseDatabaseWrapper, patience: float) -> Watermark:
    name = str(connection.settings_dict["NAME"])
    candidate = highest()
    writers = _open_writers(connection)
    deadline, pause = time.monotonic() + patience, _FIRST_POLL
    while writers:
        if time.monotonic() > deadline:
            return _last_final.get(name, START)._replace(holder=next(iter(writers.values())))
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_POLL)
        still_open = _open_writers(connection)
        writers = {writer: pid for writer, pid in writers.items() if writer in still_open}
    _last_final[name] = candidate
    return candidate


def _open_writers(connection: BaseDatabaseWrapper) -> dict[str, int]:
    """Virtual transactions that hold the announcement lock now, with their pids."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT virtualtransaction, pid, pid = pg_backend_pid() FROM pg_locks"
            " WHERE locktype = 'advisory' AND classid = %s AND objid = %s AND objsubid = 2 AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [LOCK_CLASS, LOCK_OBJECT],
        )
        rows = cursor.fetchall()
    if any(is_own for _, _, is_own in rows):
        raise WouldWaitForItself("Ask for the watermark before or after the transaction that appends.")
    return {writer: pid for writer, pid, _ in rows}


class OpenWriter(NamedTuple):
    """A backend whose transaction has announced an append, and for how long it has been open."""

    pid: int
    seconds: float


def longest_open_writer() -> OpenWriter | None:
    """The writer that has kept the watermark for longest, if it is for more than PATIENCE_SECONDS."""
    connection = connections[write_alias()]
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid, extract(epoch FROM clock_timestamp() - xact_start)::float FROM pg_locks"
            " JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND classid = %s AND objid = %s"
            " AND objsubid = 2 AND granted AND datname = current_database() ORDER BY xact_start LIMIT 1",
            [LOCK_CLASS, LOCK_OBJECT],
        )
        row = cursor.fetchone()
    return OpenWriter(*row) if row and row[1] > PATIENCE_SECONDS else None
