"""Statements of the hot path. They are prepared where the database can prepare.

For such a statement, PostgreSQL spends as much time on parsing and planning as on executing.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from kernel.database.prepared_statements import Executed


class Statement(NamedTuple):
    """SQL with a placeholder for each value. The values have the form that the database takes."""

    text: str
    values: Sequence[Any]


Adapter = Callable[[Any, BaseDatabaseWrapper], Any]
"""Puts a field's value into the form that the database takes."""


def adapt(
    connection: BaseDatabaseWrapper, adapters: Sequence[Adapter | None], values: Sequence[Any]
) -> list[Any]:
    """Returns the values in the form that the database takes. An adapter that is None leaves its value as it is."""
    return [
        value if adapter is None else adapter(value, connection)
        for adapter, value in zip(adapters, values, strict=True)
    ]


def run(connection: BaseDatabaseWrapper, text: str, values: Sequence[Any] = ()) -> Executed:
    """Executes the statement on the connection, as a prepared one if the connection's backend can prepare."""
    connection.validate_thread_sharing()
    run_prepared = getattr(connection, "run_prepared", None)  # kernel.database.postgresql has it
    # A debug cursor and wrappers must see each statement, and only Django's cursor shows it to them.
    if run_prepared is not None and not (connection.force_debug_cursor or connection.execute_wrappers):
        executed: Executed | None = run_prepared(text, values)
        if executed is not None:
            return executed
    with _cursor(connection) as cursor:
        cursor.execute(text, values)
        return Executed(cursor.fetchall() if cursor.description else [], cursor.rowcount)


def fetch(connection: BaseDatabaseWrapper, text: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Executes the statement and returns all its rows."""
    return run(connection, text, values).rows


def uuid_value(connection: BaseDatabaseWrapper, value: UUID | None) -> UUID | str | None:
    """Returns the UUID in the form that the database takes."""
    return value if value is None or connection.features.has_native_uuid_field else value.hex


def _cursor(connection: BaseDatabaseWrapper) -> CursorWrapper:
    """Makes a cursor. DEBUG alone does not log statements of the hot path: logging takes as long as executing."""
    if connection.force_debug_cursor:
        return connection.cursor()
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        return connection.make_cursor(connection.create_cursor())
