"""What a database failure means for a command: try again at once, or later, or it is a bug."""

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError

_DEADLOCK, _SERIALISATION_FAILURE = "40P01", "40001"
_LOCK_TIMEOUT = "55P03"
_CONNECTION_EXCEPTION, _OPERATOR_INTERVENED, _NO_WORD = "08", "57P", "?"
_FEATURE_NOT_SUPPORTED = "0A000"


def is_passing(error: DatabaseError | InterfaceError) -> bool:
    """A deadlock or serialisation failure: the transaction was undone and the next try may well succeed."""
    return _sqlstate(error) in {_DEADLOCK, _SERIALISATION_FAILURE}


def is_stale_plan(error: DatabaseError | InterfaceError) -> bool:
    """A migration has changed a table under a prepared statement: the connection is of no use any more."""
    return _sqlstate(error) == _FEATURE_NOT_SUPPORTED


def is_lock_timeout(error: DatabaseError) -> bool:
    return _sqlstate(error) == _LOCK_TIMEOUT


def is_lost_connection(error: DatabaseError | InterfaceError) -> bool:
    """PostgreSQL went away in the middle of something, so that nobody knows whether a COMMIT was carried out."""
    if not isinstance(error.__cause__, psycopg.Error):
        return False
    sqlstate = error.__cause__.sqlstate or _NO_WORD
    return sqlstate.startswith((_CONNECTION_EXCEPTION, _OPERATOR_INTERVENED)) or sqlstate == _NO_WORD


def is_unavailability(error: Exception) -> bool:
    """A timeout, a lost connection, a locked or full database: not the command's fault, and nothing was done."""
    return isinstance(error, OperationalError | InterfaceError)


def _sqlstate(error: DatabaseError | InterfaceError) -> str | None:
    """PostgreSQL's code of the error; SQLite has none, and neither deadlocks nor serialisation failures."""
    return getattr(error.__cause__, "sqlstate", None)
