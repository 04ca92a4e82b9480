"""Statements that belong together, sent together: a round trip costs as much as most statements."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper


class Statement(NamedTuple):
    """SQL with a placeholder for each value, the values in the form that the database takes."""

    text: str
    values: Sequence[Any]


Row = tuple[Any, ...]


def execute_together(connection: BaseDatabaseWrapper, statements: Sequence[Statement]) -> list[Row]:
    """Executes the statements in order; the first row that each returns, empty for one that returns none.

    PostgreSQL gets them in one message, if values are bound on this side as Django has it. The caller's transaction
    makes one of them.
    """
    if connection.vendor == "postgresql" and not getattr(
        connection.features, "uses_server_side_binding", False
    ):
        return _in_one_message(connection, statements)
    with connection.cursor() as cursor:
        rows = []
        for statement in statements:
            cursor.execute(statement.text, statement.values)
            rows.append(_first_row(cursor))
    return rows


def _in_one_message(connection: BaseDatabaseWrapper, statements: Sequence[Statement]) -> list[Row]:
    text = ";\n".join(statement.text for statement in statements)
    with connection.cursor() as cursor:
        cursor.execute(text, [value for statement in statements for value in statement.values])
        rows = [_first_row(cursor)]
        while cursor.nextset():
            rows.append(_first_row(cursor))
    return rows


def _first_row(cursor: Any) -> Row:
    return (cursor.fetchone() or ()) if cursor.description else ()
