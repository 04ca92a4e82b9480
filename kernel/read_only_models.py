"""Rows that application code may only read: the log, and the tables that the engine alone writes."""

from typing import Any, NoReturn, TypeVar

from django.db import models

_M = TypeVar("_M", bound=models.Model, covariant=True)


class ReadOnlyError(TypeError):
    """These rows are not written through the ORM: commands append events, and the engine projects them."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


def _refuse(*args: Any, **kwargs: Any) -> NoReturn:
    raise ReadOnlyError


class ReadOnlyQuerySet(models.QuerySet[_M]):
    """A queryset whose writing methods refuse, so that `.filter(...).update(...)` does not slip past."""

    create = bulk_create = bulk_update = get_or_create = update_or_create = _refuse
    update = delete = _refuse
    acreate = abulk_create = abulk_update = aget_or_create = aupdate_or_create = _refuse
    aupdate = adelete = _refuse


class ReadOnlyModel(models.Model):
    """Base of such rows."""

    objects = ReadOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    save = delete = _refuse
