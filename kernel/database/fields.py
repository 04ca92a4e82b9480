"""Text fields that both databases compare in the same way."""

from typing import Any, TypeVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from kernel.database.dialect import dialect_of

_Set = TypeVar("_Set")
_Get = TypeVar("_Get")


class CodePointTextField(models.TextField[_Set, _Get]):
    """Text ordered by code point in every locale. Sorting and prefix ranges give the same rows on both databases."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        return {**super().db_parameters(connection), "collation": dialect_of(connection).code_point_collation}
