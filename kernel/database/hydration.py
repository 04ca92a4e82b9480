"""Model instances from the rows of statements of our own, and values for such statements.

The hot path does not use the ORM: the ORM takes longer to build a statement than the database takes to execute it.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

import msgspec
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from kernel.database.dialect import Dialect, dialect_of
from kernel.database.statements import Adapter

_M = TypeVar("_M", bound=models.Model)


@cache
def select(model: type[models.Model]) -> str:
    """Returns a `SELECT` of all columns of the model's table, in the order of its fields."""
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    return f'SELECT {columns} FROM "{model._meta.db_table}"'


def hydrate(model: type[_M], connection: BaseDatabaseWrapper, row: Sequence[Any]) -> _M:
    """Makes the model instance of a row that `select(model)` returned."""
    values = list(row)
    for index, load in _loaded_fields(model, dialect_of(connection)):
        if values[index] is not None:
            values[index] = load(values[index], connection)
    return model.from_db(connection.alias, _names(model), values)


def adapter_for(field: models.Field[Any, Any], dialect: Dialect) -> Adapter | None:
    """Returns the function that puts a value of the field into the form of the database; None if there is no need."""
    if isinstance(field, models.ForeignKey):
        return adapter_for(field.target_field, dialect)
    if isinstance(field, dialect.taken_as_given):
        return None
    if isinstance(field, models.JSONField):
        return lambda value, connection: msgspec.json.encode(value).decode()
    return field.get_db_prep_save


@cache
def _names(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


@cache
def _loaded_fields(model: type[models.Model], dialect: Dialect) -> list[tuple[int, Adapter]]:
    """The fields whose values must be converted after loading, by their index."""
    fields = enumerate(model._meta.concrete_fields)
    return [(index, load) for index, field in fields if (load := _loading(field, dialect))]


def _loading(field: models.Field[Any, Any], dialect: Dialect) -> Adapter | None:
    if isinstance(field, dialect.taken_as_given):
        return None
    if isinstance(field, models.JSONField) and field.decoder is None:
        return lambda value, connection: msgspec.json.decode(value)
    column = field.get_col(field.model._meta.db_table)

    def converted(value: Any, connection: BaseDatabaseWrapper) -> Any:
        for convert in (*connection.ops.get_db_converters(column), *column.get_db_converters(connection)):
            value = convert(value, column, connection)
        return value

    return converted
