"""Models that application code may only read: the log, and the tables that only the engine writes."""

from typing import Any, NoReturn, TypeVar

from django.db import models

_M = TypeVar("_M", bound=models.Model, covariant=True)


class ReadOnlyError(TypeError):
    """These rows cannot be written through the ORM. Send a command: it appends events, and the engine projects them."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


def _refuse(*args: Any, **kwargs: Any) -> NoReturn:
    raise ReadOnlyError


class ReadOnlyQuerySet(models.QuerySet[_M]):
    """A queryset whose writing methods raise ReadOnlyError. This also stops `.filter(...).update(...)`."""

    create = bulk_create = bulk_update = get_or_create = update_or_create = _refuse
    update = delete = _refuse
    acreate = abulk_create = abulk_update = aget_or_create = aupdate_or_create = _refuse
    aupdate = adelete = _refuse


class ReadOnlyModel(models.Model):
    """The base of such a model: `save` and `delete` raise ReadOnlyError."""

    objects = ReadOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    save = delete = _refuse
