"""The few statements of the hot path, written out: the ORM's way costs twice the time of a command.

Both databases take the same text (PostgreSQL, and SQLite from 3.35). Values pass through their model field,
so that each database gets times, amounts and UUIDs in its own form.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from events.databases import write_alias

if TYPE_CHECKING:
    _Field = models.Field[Any, Any]  # subscriptable for the type checker alone


def connection() -> BaseDatabaseWrapper:
    """The connection to the write database that this thread uses."""
    return connections[write_alias()]


def is_postgresql() -> bool:
    return connection().vendor == "postgresql"


def update(model: type[models.Model], changes: Mapping[str, object], where: Mapping[str, object]) -> int:
    """Sets columns of the rows that match, how many those were; both mappings are field name to value."""
    statement, fields = _update_statement(model, tuple(changes), tuple(where))
    with connection().cursor() as cursor:
        cursor.execute(statement, _prepared(fields, [*changes.values(), *where.values()]))
        return cursor.rowcount


def insert_if_absent(
    model: type[models.Model], row: Mapping[str, object], *, unique: Sequence[str], returning: str
) -> Any:
    """Inserts `row` unless its `unique` fields are there already; the `returning` column, else None.

    Another transaction that is inserting the same is waited for.
    """
    statement, fields = _insert_statement(model, tuple(row), tuple(unique), returning)
    with connection().cursor() as cursor:
        cursor.execute(statement, _prepared(fields, list(row.values())))
        found = cursor.fetchone()
    return None if found is None else found[0]


def _prepared(fields: Sequence["_Field"], values: Sequence[object]) -> list[object]:
    database = connection()
    return [field.get_db_prep_save(value, database) for field, value in zip(fields, values, strict=True)]


@cache
def _update_statement(
    model: type[models.Model], changes: tuple[str, ...], where: tuple[str, ...]
) -> tuple[str, list["_Field"]]:
    assignments = ", ".join(f"{_column(model, name)} = %s" for name in changes)
    condition = " AND ".join(f"{_column(model, name)} = %s" for name in where)
    statement = f"UPDATE {model._meta.db_table} SET {assignments} WHERE {condition}"
    return statement, [_field(model, name) for name in (*changes, *where)]


@cache
def _insert_statement(
    model: type[models.Model], row: tuple[str, ...], unique: tuple[str, ...], returning: str
) -> tuple[str, list["_Field"]]:
    columns, conflict = (", ".join(_column(model, name) for name in names) for names in (row, unique))
    statement = (
        f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({', '.join(['%s'] * len(row))}) "
        f"ON CONFLICT ({conflict}) DO NOTHING RETURNING {_column(model, returning)}"
    )
    return statement, [_field(model, name) for name in row]


def _field(model: type[models.Model], name: str) -> "_Field":
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    return field


def _column(model: type[models.Model], name: str) -> str:
    return f'"{_field(model, name).column}"'
