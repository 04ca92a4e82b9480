"""Statements of the hot path: prepared where the database can, and sent together where they belong together.

Parsing and planning cost PostgreSQL as much as executing them, and a round trip costs as much again.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from kernel.database import prepared_statements
from kernel.database.prepared_statements import Executed


class Statement(NamedTuple):
    """SQL with a placeholder for each value, the values in the form that the database takes."""

    text: str
    values: Sequence[Any]


def run(connection: BaseDatabaseWrapper, text: str, values: Sequence[Any] = ()) -> Executed:
    """Executes the statement on the connection."""
    connection.validate_thread_sharing()
    if _may_prepare(connection):
        connection.validate_no_broken_transaction()
        with connection.wrap_database_errors:
            return prepared_statements.execute(connection.connection, text, values)
    with _cursor(connection) as cursor:
        cursor.execute(text, values)
        return Executed(cursor.fetchall() if cursor.description else [], cursor.rowcount)


def _cursor(connection: BaseDatabaseWrapper) -> CursorWrapper:
    """The connection's own. DEBUG by itself notes no statements of the hot path: noting costs as much as they do."""
    if connection.force_debug_cursor:
        return connection.cursor()
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        return connection.make_cursor(connection.create_cursor())


def _may_prepare(connection: BaseDatabaseWrapper) -> bool:
    """Whether it is PostgreSQL, and nobody is to see the statements of the connection's own cursor.

    Out of autocommit a session begins transactions by itself, which its cursors alone do.
    """
    if connection.vendor != "postgresql" or connection.force_debug_cursor or connection.execute_wrappers:
        return False
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    return bool(connection.connection.autocommit)


def fetch(connection: BaseDatabaseWrapper, text: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows that the statement returns."""
    return run(connection, text, values).rows


def among(connection: BaseDatabaseWrapper, column: str, numbers: Iterable[int]) -> tuple[str, str]:
    """A condition that the column is one of these, however many; its text is always the same. And its one value."""
    listed = ",".join(map(str, numbers))
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s::bigint[])", f"{{{listed}}}"
    return f"{column} IN (SELECT value FROM json_each(%s))", f"[{listed}]"


def uuid_value(connection: BaseDatabaseWrapper, value: UUID | None) -> UUID | str | None:
    """A UUID in the form that the database takes."""
    return value if value is None or connection.features.has_native_uuid_field else value.hex


def execute_together(connection: BaseDatabaseWrapper, *statements: Statement) -> Any:
    """Executes the statements and returns the one value that the last of them returns.

    PostgreSQL takes those before it, which must not depend on each other, in its WITH: one round trip for all.
    """
    *before, last = statements
    if before and connection.vendor == "postgresql":
        names = ", ".join(f"part_{number} AS ({part.text})" for number, part in enumerate(before))
        values = [value for statement in statements for value in statement.values]
        return fetch(connection, f"WITH {names} {last.text}", values)[0][0]
    for statement in before:
        run(connection, *statement)
    return fetch(connection, *last)[0][0]
