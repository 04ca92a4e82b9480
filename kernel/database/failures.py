"""Database errors, by what a command does about them: try again at once, try later, or report a bug."""

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError

_DEADLOCK, _SERIALISATION_FAILURE = "40P01", "40001"
_LOCK_TIMEOUT = "55P03"
_CONNECTION_EXCEPTION, _OPERATOR_INTERVENED, _NO_SQLSTATE = "08", "57P", "?"
_FEATURE_NOT_SUPPORTED = "0A000"


def is_passing(error: DatabaseError | InterfaceError) -> bool:
    """True for a deadlock or a serialisation failure. The transaction was undone, and the next try may succeed."""
    return _sqlstate(error) in {_DEADLOCK, _SERIALISATION_FAILURE}


def is_stale_plan(error: DatabaseError | InterfaceError) -> bool:
    """True if a migration has changed a table under a prepared statement. The connection must be closed."""
    return _sqlstate(error) == _FEATURE_NOT_SUPPORTED


def is_lock_timeout(error: DatabaseError) -> bool:
    """True if the statement waited for a lock for longer than lock_timeout allows."""
    return _sqlstate(error) == _LOCK_TIMEOUT


def is_lost_connection(error: DatabaseError | InterfaceError) -> bool:
    """True if the connection to PostgreSQL broke. If it broke during a COMMIT, the COMMIT may be done or not."""
    if not isinstance(error.__cause__, psycopg.Error):
        return False
    sqlstate = error.__cause__.sqlstate or _NO_SQLSTATE
    return sqlstate.startswith((_CONNECTION_EXCEPTION, _OPERATOR_INTERVENED)) or sqlstate == _NO_SQLSTATE


def is_unavailability(error: Exception) -> bool:
    """True for a timeout, a lost connection, or a locked or full database. The command itself is not at fault."""
    return isinstance(error, OperationalError | InterfaceError)


def _sqlstate(error: DatabaseError | InterfaceError) -> str | None:
    """Returns PostgreSQL's code of the error. SQLite has no codes, no deadlocks and no serialisation failures."""
    return getattr(error.__cause__, "sqlstate", None)
