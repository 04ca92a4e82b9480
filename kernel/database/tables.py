"""The few statements that commands need, as plain SQL. Through the ORM a command takes twice as long.

PostgreSQL and SQLite (from 3.35) take the same text. The model field of each value puts it into the form of the
database: times, amounts and UUIDs differ.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import models

from kernel.database.aliases import write_connection
from kernel.database.dialect import dialect_of
from kernel.database.hydration import adapter_for, hydrate, select
from kernel.database.statements import Adapter, Statement, adapt, fetch, run


def update(model: type[models.Model], changes: Mapping[str, object], where: Mapping[str, object]) -> int:
    """Sets columns of the rows that match. Both mappings are field name to value. Returns the number of these rows."""
    return run(write_connection(), *update_statement(model, changes, where)).affected


def update_statement(
    model: type[models.Model], changes: Mapping[str, object], where: Mapping[str, object]
) -> Statement:
    """Returns the statement that `update` executes."""
    text, adapters = _update_statement(model, tuple(changes), tuple(where))
    return Statement(text, adapt(write_connection(), adapters, [*changes.values(), *where.values()]))


def insert(model: type[models.Model], *rows: Mapping[str, object]) -> None:
    """Inserts rows. All of them have the fields of the first one."""
    if not rows:
        return
    statement, adapters = _insert_statement(model, tuple(rows[0]), len(rows))
    values = [value for row in rows for value in row.values()]
    run(write_connection(), statement, adapt(write_connection(), adapters * len(rows), values))


def insert_if_absent(
    model: type[models.Model], row: Mapping[str, object], *, unique: Sequence[str], returning: str
) -> Any:
    """Inserts `row` and returns its `returning` column. Returns None if a row with the `unique` fields exists.

    If another open transaction has inserted such a row, this one waits until the other ends.
    """
    statement, adapters = _insert_statement(model, tuple(row))
    conflict = ", ".join(_column(model, name) for name in unique)
    statement += f" ON CONFLICT ({conflict}) DO NOTHING RETURNING {_column(model, returning)}"
    found = fetch(write_connection(), statement, adapt(write_connection(), adapters, list(row.values())))
    return found[0][0] if found else None


_M = TypeVar("_M", bound=models.Model)


def get(model: type[_M], **where: object) -> _M:
    """Returns the one row that matches. No value may be None. Raises ObjectDoesNotExist if no row matches."""
    statement, adapters = _select_statement(model, tuple(where))
    found = fetch(write_connection(), statement, adapt(write_connection(), adapters, list(where.values())))
    if not found:
        raise ObjectDoesNotExist
    return hydrate(model, write_connection(), found[0])


@cache
def _select_statement(model: type[models.Model], where: tuple[str, ...]) -> tuple[str, list[Adapter | None]]:
    condition = " AND ".join(f"{_column(model, name)} = %s" for name in where)
    return f"{select(model)} WHERE {condition}", _adapters(model, where)


@cache
def _update_statement(
    model: type[models.Model], changes: tuple[str, ...], where: tuple[str, ...]
) -> tuple[str, list[Adapter | None]]:
    assignments = ", ".join(f"{_column(model, name)} = %s" for name in changes)
    condition = " AND ".join(f"{_column(model, name)} = %s" for name in where)
    statement = f"UPDATE {model._meta.db_table} SET {assignments} WHERE {condition}"
    return statement, _adapters(model, (*changes, *where))


@cache
def _insert_statement(
    model: type[models.Model], row: tuple[str, ...], count: int = 1
) -> tuple[str, list[Adapter | None]]:
    columns, values = ", ".join(_column(model, name) for name in row), ", ".join(["%s"] * len(row))
    statement = f"INSERT INTO {model._meta.db_table} ({columns}) VALUES {', '.join([f'({values})'] * count)}"
    return statement, _adapters(model, row)


def _adapters(model: type[models.Model], names: tuple[str, ...]) -> list[Adapter | None]:
    return [adapter_for(_field(model, name), dialect_of(write_connection())) for name in names]


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    return field


def _column(model: type[models.Model], name: str) -> str:
    return f'"{_field(model, name).column}"'
