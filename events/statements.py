"""Statements of the hot path: prepared where the database can, and sent together where they belong together.

Parsing and planning cost PostgreSQL as much as executing them, and a round trip costs as much again.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper


class Statement(NamedTuple):
    """SQL with a placeholder for each value, the values in the form that the database takes."""

    text: str
    values: Sequence[Any]


def cursor_for(connection: BaseDatabaseWrapper) -> CursorWrapper:
    """A cursor like the connection's own; on PostgreSQL what it executes again and again is prepared.

    The ORM's cursor binds values on this side, which rules that out.
    """
    if connection.vendor != "postgresql":
        return connection.cursor()
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    cursor: Any = psycopg.Cursor(connection.connection)
    return (
        connection.make_debug_cursor(cursor) if connection.queries_logged else connection.make_cursor(cursor)
    )


def execute_together(connection: BaseDatabaseWrapper, *statements: Statement) -> Any:
    """Executes the statements and returns the one value that the last of them returns.

    PostgreSQL takes those before it, which must not depend on each other, in its WITH: one round trip for all.
    """
    *before, last = statements
    with cursor_for(connection) as cursor:
        if before and connection.vendor == "postgresql":
            names = ", ".join(f"part_{number} AS ({part.text})" for number, part in enumerate(before))
            values = [value for statement in statements for value in statement.values]
            cursor.execute(f"WITH {names} {last.text}", values)
        else:
            for statement in statements:
                cursor.execute(*statement)
        (returned,) = cursor.fetchone()
    return returned
