"""Text that both databases compare alike."""

from typing import Any, TypeVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

_Set = TypeVar("_Set")
_Get = TypeVar("_Get")

_CODE_POINT_COLLATION = {"postgresql": "C", "sqlite": "BINARY"}


class CodePointTextField(models.TextField[_Set, _Get]):
    """Text ordered by code point, whatever the locale: sorting and prefix ranges agree on both databases."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        return {**super().db_parameters(connection), "collation": _CODE_POINT_COLLATION[connection.vendor]}
