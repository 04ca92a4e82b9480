"""The router from a model to its database. No other module names the tables of both sides."""

from typing import Any

from django.db.models import Model

from kernel.database.aliases import read_alias, write_alias

# The engine writes these in one transaction with the rows of a read model. The other tables of events/ are the log's.
READ_SIDE_MODELS_OF_EVENTS = {"checkpoint", "parkedkey", "skippedevent", "snapshot", "divergence"}


class SideRouter:
    """Sends each model to its side's database."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return _alias(model._meta.app_label, model._meta.model_name)

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return _alias(model._meta.app_label, model._meta.model_name)

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool:
        if model_name is None:
            return True  # a migration operation without a model, such as RunPython, runs on both databases
        return db == _alias(app_label, model_name)


def _alias(app_label: str, model_name: str | None) -> str:
    if app_label == "products_read":
        return read_alias()
    is_of_read_side = app_label == "events" and model_name in READ_SIDE_MODELS_OF_EVENTS
    return read_alias() if is_of_read_side else write_alias()
