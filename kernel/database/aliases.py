"""Which database each side lives in."""

from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model

READ_SIDE_MODELS = {"checkpoint", "parkedkey", "skippedevent", "snapshot", "divergence"}


def write_alias() -> str:
    """The database of the write models and the log."""
    return DEFAULT_DB_ALIAS


def read_alias() -> str:
    """The database of the read models and their checkpoints; the same one unless READ_DATABASE_URL is set."""
    return "read" if "read" in settings.DATABASES else DEFAULT_DB_ALIAS


class SideRouter:
    """Sends each model to its side's database."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return _alias(model._meta.app_label, model._meta.model_name)

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return _alias(model._meta.app_label, model._meta.model_name)

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool:
        if model_name is None:
            return True
        return db == _alias(app_label, model_name)


def _alias(app_label: str, model_name: str | None) -> str:
    on_read_side = app_label == "products_read" or (app_label == "events" and model_name in READ_SIDE_MODELS)
    return read_alias() if on_read_side else write_alias()
