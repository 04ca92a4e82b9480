"""The few statements of the hot path, written out: the ORM's way costs twice the time of a command.

Both databases take the same text (PostgreSQL, and SQLite from 3.35). Values pass through their model field,
so that each database gets times, amounts and UUIDs in its own form.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from events.databases import write_alias
from events.statements import Statement, cursor_for

if TYPE_CHECKING:
    _Field = models.Field[Any, Any]  # subscriptable for the type checker alone


def connection() -> BaseDatabaseWrapper:
    """The connection to the write database that this thread uses."""
    return connections[write_alias()]


def hot_cursor() -> CursorWrapper:
    """For statements of the hot path; see events.statements."""
    return cursor_for(connection())


def is_postgresql() -> bool:
    return connection().vendor == "postgresql"


def update(model: type[models.Model], changes: Mapping[str, object], where: Mapping[str, object]) -> int:
    """Sets columns of the rows that match, how many those were; both mappings are field name to value."""
    with hot_cursor() as cursor:
        cursor.execute(*update_statement(model, changes, where))
        return int(cursor.rowcount)


def update_statement(
    model: type[models.Model], changes: Mapping[str, object], where: Mapping[str, object]
) -> Statement:
    """What `update` executes."""
    text, fields = _update_statement(model, tuple(changes), tuple(where))
    return Statement(text, _prepared(fields, [*changes.values(), *where.values()]))


def insert(model: type[models.Model], *rows: Mapping[str, object]) -> None:
    """Inserts rows that have the same fields."""
    if not rows:
        return
    statement, fields = _insert_statement(model, tuple(rows[0]), len(rows))
    values = [value for row in rows for value in row.values()]
    with hot_cursor() as cursor:
        cursor.execute(statement, _prepared(fields * len(rows), values))


def insert_if_absent(
    model: type[models.Model], row: Mapping[str, object], *, unique: Sequence[str], returning: str
) -> Any:
    """Inserts `row` unless its `unique` fields are there already; the `returning` column, else None.

    Another transaction that is inserting the same is waited for.
    """
    statement, fields = _insert_statement(model, tuple(row))
    conflict = ", ".join(_column(model, name) for name in unique)
    statement += f" ON CONFLICT ({conflict}) DO NOTHING RETURNING {_column(model, returning)}"
    with hot_cursor() as cursor:
        cursor.execute(statement, _prepared(fields, list(row.values())))
        found = cursor.fetchone()
    return None if found is None else found[0]


M = TypeVar("M", bound=models.Model)


def get(model: type[M], **where: object) -> M:
    """The one row that matches. Raises ObjectDoesNotExist."""
    statement, fields = _select_statement(model, tuple(where))
    with hot_cursor() as cursor:
        cursor.execute(statement, _prepared(fields, list(where.values())))
        row = cursor.fetchone()
    if row is None:
        raise ObjectDoesNotExist
    return instance(model, row)


@cache
def _select_statement(model: type[models.Model], where: tuple[str, ...]) -> tuple[str, list["_Field"]]:
    condition = " AND ".join(f"{_column(model, name)} = %s" for name in where)
    statement = f"SELECT {columns_of(model)} FROM {model._meta.db_table} WHERE {condition}"
    return statement, [_field(model, name) for name in where]


def columns_of(model: type[models.Model]) -> str:
    """The model's columns as a SELECT list, in the order `instance` expects."""
    return ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)


def instance(model: type[M], values: Sequence[Any]) -> M:
    """The row of a SELECT of `columns_of(model)` as an instance."""
    database = connection()
    converted = list(values)
    for index, column, converters in _converters(model, database.vendor):
        for convert in converters:
            converted[index] = convert(converted[index], column, database)
    return model.from_db(write_alias(), [field.attname for field in model._meta.concrete_fields], converted)


@cache
def _converters(model: type[models.Model], vendor: str) -> list[tuple[int, Any, list[Any]]]:
    """Position and column of those that need it, and what makes Python values of the database's."""
    database = connection()
    columns = [field.get_col(model._meta.db_table) for field in model._meta.concrete_fields]
    found = [
        (index, column, database.ops.get_db_converters(column) + column.get_db_converters(database))
        for index, column in enumerate(columns)
    ]
    return [each for each in found if each[2]]


def _prepared(fields: Sequence["_Field"], values: Sequence[object]) -> list[Any]:
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
    model: type[models.Model], row: tuple[str, ...], count: int = 1
) -> tuple[str, list["_Field"]]:
    columns, values = ", ".join(_column(model, name) for name in row), ", ".join(["%s"] * len(row))
    statement = f"INSERT INTO {model._meta.db_table} ({columns}) VALUES {', '.join([f'({values})'] * count)}"
    return statement, [_field(model, name) for name in row]


def _field(model: type[models.Model], name: str) -> "_Field":
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    return field


def _column(model: type[models.Model], name: str) -> str:
    return f'"{_field(model, name).column}"'
