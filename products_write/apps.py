"""Connects the write side to the log, the queue and Django when the apps are ready."""

from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage

SWEEP_SECONDS = 20
"""A sweep spends at most this time on queued commands. The next sweep does the rest."""


class ProductsWriteConfig(AppConfig):
    name = "products_write"
    verbose_name = "Products (write)"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        check_commands_when_checks_run()
        verify_write_tables()
        make_permissions_and_groups_after_migrate(self)
        execute_what_is_accepted()


def check_commands_when_checks_run() -> None:
    from django.core.checks import register

    register(_check_commands)


def _check_commands(**kwargs: Any) -> list[CheckMessage]:
    # The import waits for the check: a worker does not need the forms and schemas that the check looks at.
    from products_write.checks import check_commands

    return check_commands()


def verify_write_tables() -> None:
    from events.integrity.verify import register_write_model as register
    from products_write.verification import ProductWriteModel

    register(ProductWriteModel())


def make_permissions_and_groups_after_migrate(app: AppConfig) -> None:
    from django.db.models.signals import post_migrate

    from products_write.permissions import make_groups, make_permissions

    post_migrate.connect(make_permissions, sender=app, dispatch_uid="products_write.permissions")
    post_migrate.connect(make_groups, dispatch_uid="products_write.groups")


def execute_what_is_accepted() -> None:
    from time import monotonic

    from events.delivery.sweep import register_sweep
    from products_write.queue.delivery import deliver
    from products_write.queue.execution import execute_everything_waiting
    from products_write.signals import command_accepted

    command_accepted.connect(deliver, dispatch_uid="products_write.deliver")
    register_sweep("commands", lambda: execute_everything_waiting(monotonic() + SWEEP_SECONDS))
