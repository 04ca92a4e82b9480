"""Statements on PostgreSQL through libpq itself: prepared once in a session, then one round trip each.

A cursor of psycopg spends more CPU on a statement that touches one row than libpq and the kernel do together: on
waiting that a signal may interrupt, on choosing formats, on row factories. The hot path needs none of it. psycopg still
adapts the values and the rows, with the adapters of the connection, so they are those that the ORM would give.

Other threads run while this one waits for its answer. A signal's handler runs once the answer is there, which
statement_timeout bounds wherever it is set: everywhere but in a rebuild.
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

# A migration has changed what a prepared statement returns, or somebody has deallocated it.
_OUTDATED = frozenset({"0A000", "26000"})
_FINE = frozenset({ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK})
_PLACEHOLDER = re.compile("%[s%]")
_numbers = count(1)
# Of each session: how often a text was executed, or the name under which it has been prepared.
_known: WeakKeyDictionary[Session, dict[str, int | bytes]] = WeakKeyDictionary()


class Executed(NamedTuple):
    """What a statement returned, and how many rows it returned or changed."""

    rows: list[tuple[Any, ...]]
    affected: int


def execute(session: Session, text: str, values: Sequence[Any]) -> Executed:
    """Executes the statement, whose placeholders are `%s`, in a session in autocommit. Raises what psycopg would raise.

    It is prepared after the session's `prepare_threshold`, as psycopg does it; of more texts than `prepared_max` only
    the first are.
    """
    adapter = Transformer(session)
    result = _sent(session, text, adapter.dump_sequence(values, [PyFormat.TEXT] * len(values)))
    if result.status not in _FINE:
        error = _error(session, result)
        if error.sqlstate in _OUTDATED:
            _known.pop(session, None)
        raise error
    adapter.set_pgresult(result)
    return Executed(adapter.load_rows(0, result.ntuples, tuple), result.command_tuples or 0)


def command(session: Session, text: bytes) -> None:
    """Executes a statement without values or rows, such as BEGIN. Raises what psycopg would raise."""
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
    """The statement with $1, $2 … for its placeholders."""
    numbers = count(1)
    return _PLACEHOLDER.sub(lambda found: "%" if found[0] == "%%" else f"${next(numbers)}", text).encode()


def _error(session: Session, result: PGresult) -> psycopg.Error:
    """A connection that is lost gives a result as well, one without a code."""
    error = error_from_result(result)
    if session.pgconn.status == ConnStatus.BAD and error.sqlstate is None:
        return psycopg.OperationalError(str(error))
    return error
