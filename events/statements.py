"""Statements of the hot path: prepared where the database can, and sent together where they belong together.

Parsing and planning cost PostgreSQL as much as executing them, and a round trip costs as much again.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper


class Statement(NamedTuple):
    """SQL with a placeholder for each value, the values in the form that the database takes."""

    text: str
    values: Sequence[Any]


def cursor_for(connection: BaseDatabaseWrapper) -> CursorWrapper:
    """A cursor like the connection's own; on PostgreSQL what it executes again and again is prepared.

    The ORM's cursor binds values on this side, which rules that out. It is used all the same while somebody captures
    statements, as the text of a prepared one is known on the first times only. DEBUG alone captures none here.
    """
    if connection.vendor != "postgresql" or connection.force_debug_cursor:
        return connection.cursor()
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    cursor: Any = psycopg.Cursor(connection.connection)
    return connection.make_cursor(cursor)


def fetch(connection: BaseDatabaseWrapper, text: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows that the statement returns."""
    with cursor_for(connection) as cursor:
        cursor.execute(text, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


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
