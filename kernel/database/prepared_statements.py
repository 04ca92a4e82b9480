"""Statements on PostgreSQL through libpq itself. A session prepares each of them once; then it takes one round trip.

For a statement that touches one row, a cursor of psycopg uses more CPU than libpq and the kernel together. The cursor
spends it on waits that a signal can interrupt, on choosing formats and on row factories. The hot path needs none of
these. psycopg still adapts the values and the rows with the adapters of the connection, so they equal the ORM's.

Other threads run while this thread waits for the server. A signal handler runs only after the server has replied.
statement_timeout limits that wait everywhere but in a rebuild.
"""

import re
from collections.abc import Sequence
from functools import cache
from itertools import count
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGresult

Session = psycopg.Connection[Any]

# These errors say that a migration changed the result of a prepared statement, or that it was deallocated.
_OUTDATED = frozenset({"0A000", "26000"})
_FINE = frozenset({ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK})
_PLACEHOLDER = re.compile("%[s%]")
_numbers = count(1)
# For each session: how often it has executed a text, or the name of the prepared statement.
_known: WeakKeyDictionary[Session, dict[str, int | bytes]] = WeakKeyDictionary()


class Executed(NamedTuple):
    """The rows that a statement returned, and the number of rows that it returned or changed."""

    rows: list[tuple[Any, ...]]
    affected: int


def execute(session: Session, text: str, values: Sequence[Any]) -> Executed:
    """Executes a statement with `%s` placeholders in a session in autocommit. Raises the errors that psycopg raises.

    The session prepares the statement after `prepare_threshold` executions, as psycopg does. It prepares at most
    `prepared_max` statements, the first ones that it meets.
    """
    adapter = Transformer(session)
    result = _sent(session, text, adapter.dump_sequence(values, [PyFormat.TEXT] * len(values)))
    if result.status not in _FINE:
        error = _error(session, result)
        if error.sqlstate in _OUTDATED:
            _known.pop(session, None)  # the session then prepares its statements again
        raise error
    adapter.set_pgresult(result)
    return Executed(adapter.load_rows(0, result.ntuples, tuple), result.command_tuples or 0)


def command(session: Session, text: bytes) -> None:
    """Executes a statement without values or rows, such as BEGIN. Raises the errors that psycopg raises."""
    result = session.pgconn.exec_(text)
    if result.status not in _FINE:
        raise _error(session, result)


def _sent(session: Session, text: str, values: Sequence[Any]) -> PGresult:
    known = _known.setdefault(session, {})
    state = known.get(text, 0)
    if isinstance(state, bytes):
        return session.pgconn.exec_prepared(state, values)
    threshold, most = session.prepare_threshold, session.prepared_max
    if threshold is None or (state == 0 and most is not None and len(known) >= most):
        return session.pgconn.exec_params(_numbered(text), values)
    if state < threshold:
        known[text] = state + 1
        return session.pgconn.exec_params(_numbered(text), values)
    name = b"hot_%d" % next(_numbers)
    prepared = session.pgconn.prepare(name, _numbered(text))
    if prepared.status not in _FINE:
        return prepared
    known[text] = name
    return session.pgconn.exec_prepared(name, values)


@cache
def _numbered(text: str) -> bytes:
    """Returns the statement with $1, $2 … instead of its placeholders."""
    numbers = count(1)
    return _PLACEHOLDER.sub(lambda found: "%" if found[0] == "%%" else f"${next(numbers)}", text).encode()


def _error(session: Session, result: PGresult) -> psycopg.Error:
    """Makes psycopg's error. libpq gives a result also for a lost connection, but that one has no code."""
    error = error_from_result(result)
    if session.pgconn.status == ConnStatus.BAD and error.sqlstate is None:
        return psycopg.OperationalError(str(error))
    return error
