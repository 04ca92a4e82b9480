"""Compares the refusal that a handler ended in with those that its command declares."""

import structlog
from django.conf import settings

from kernel.errors import ServiceError
from products_write.commands import Command

logger = structlog.get_logger("products_write.refusals")


class UndeclaredRefusal(Exception):
    """A handler ended in a refusal that its command does not declare. The message says where to declare it."""


def hold_to_declared(command_type: type[Command], refusal: ServiceError) -> None:
    """Raises UndeclaredRefusal in development and in tests, if the command does not declare `refusal`.

    In production it logs an error, and the client gets the refusal.
    """
    if refusal.code in {declared.code for declared in command_type.refusals()}:
        return
    if settings.UNDECLARED_REFUSALS_FAIL:
        name = type(refusal).__name__
        raise UndeclaredRefusal(
            f"The handler of {command_type.slug} ended in {name} ({refusal.code}), which the command does not declare. "
            f"Add {name} to `refuses` of {command_type.__name__} in {command_type.__module__}."
        ) from refusal
    logger.error("refusal_undeclared", command=command_type.slug, code=refusal.code)
