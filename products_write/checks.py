"""System checks: each names what the class of a command lacks, and what to write there.

`manage.py check` runs them, and so do most management commands when they start.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from types import ModuleType

from django.core.checks import CheckMessage, Error

from events.contracts.registry import REGISTRY
from kernel.actor import Actor
from kernel.errors import Invalid
from kernel.problem_documents import STATUS_AND_TITLE
from products_write.admin.task_forms import WIDGETS
from products_write.api.serializers import SERIALIZER_FIELDS
from products_write.bus.behaviours import parse_command
from products_write.commands import COMMAND_MODULES, Command
from products_write.commands.definition.base import COMMAND_HANDLERS, commands_in
from products_write.commands.definition.introspection import fields_of
from products_write.groups import PERMISSIONS_BESIDES_COMMANDS
from products_write.limits import COMMAND_SLUG_LENGTH

_SENDER = Actor(1, "user:1", True, lambda permission: True)
"""The sender of the examples. Nothing is sent, so the user need not exist."""


def check_commands() -> list[CheckMessage]:
    """The faults of all commands."""
    return command_faults(COMMAND_MODULES)


def command_faults(modules: Sequence[ModuleType]) -> list[CheckMessage]:
    """The faults of the commands in these modules."""
    found: list[CheckMessage] = []
    by_slug: dict[str, type[Command]] = {}
    for module in modules:
        commands = commands_in(module)
        if len(commands) != 1:
            defined = ", ".join(command.__name__ for command in commands) or "no command"
            hint = "A module of products_write.commands defines one subclass of Command."
            found.append(Error(f"{module.__name__} defines {defined}.", hint=hint, id="products_write.E001"))
        for command in commands:
            hint = f"Mend {command.__name__} in {module.__name__}."
            for number, check in _CHECKS.items():
                found += [Error(fault, hint=hint, id=f"products_write.{number}") for fault in check(command)]
            other = by_slug.setdefault(command.slug, command)
            if other is not command:
                fault = f"{other.__name__} in {other.__module__} has the slug {command.slug!r} too. Choose another."
                found.append(Error(fault, hint=hint, id="products_write.E002"))
    return found


def _handler(command: type[Command]) -> Iterator[str]:
    if command not in COMMAND_HANDLERS:
        yield f"The command has no handler. Decorate a function with @handles({command.__name__})."


def _slug(command: type[Command]) -> Iterator[str]:
    if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", command.slug) or len(command.slug) > COMMAND_SLUG_LENGTH:
        yield (
            f"{command.slug!r} is not a slug. Set `slug` to the name of the command in at most {COMMAND_SLUG_LENGTH} "
            "small letters, digits and hyphens, such as 'change-price'."
        )


def _permission_label(command: type[Command]) -> Iterator[str]:
    if command.needs_permission and not command.permission_label:
        yield (
            "The permission has no label. Set `permission_label`, such as 'Can change prices'. If any signed-in user "
            "may send the command, set `needs_permission` to False."
        )


def _groups(command: type[Command]) -> Iterator[str]:
    for group in command.groups:
        if group not in PERMISSIONS_BESIDES_COMMANDS:
            yield f"There is no group {group!r}. The groups are in products_write.groups."


def _conflicts(command: type[Command]) -> Iterator[str]:
    for event in command.conflicts:
        if event not in REGISTRY.values():
            yield f"{event.__name__} in `conflicts` is no published event. Decorate the event with @published."


def _refusals(command: type[Command]) -> Iterator[str]:
    for refusal in command.refuses:
        if refusal.code not in STATUS_AND_TITLE:
            yield (
                f"{refusal.__name__} in `refuses` has the code {refusal.code!r}, which has no HTTP status. Add it to "
                "STATUS_AND_TITLE in kernel.problem_documents."
            )


def _description(command: type[Command]) -> Iterator[str]:
    if not command.__doc__:
        yield "The command has no docstring. Clients read it as the description of the command."


def _fields(command: type[Command]) -> Iterator[str]:
    try:
        fields = fields_of(command)
    except TypeError as error:
        yield str(error)
        return
    for field in fields:
        if not field.description:
            yield f"The type of the field {field.name} has no description. Clients read it."
        for place, types in _FIELD_TYPES.items():
            if field.type not in types:
                yield f"The field {field.name} has the type {field.type!r}, which is missing in {place}."


_FIELD_TYPES: dict[str, Collection[str]] = {
    "WIDGETS of products_write.admin.task_forms": WIDGETS,
    "SERIALIZER_FIELDS of products_write.api.serializers": SERIALIZER_FIELDS,
}
"""Every place that shows fields by their types."""


def _example(command: type[Command]) -> Iterator[str]:
    if not command.example:
        yield "The command has no example. Set `example` to a body that the demo catalogue accepts."
        return
    try:
        parse_command(command, command.example, _SENDER)
    except TypeError:
        return  # _fields names the type
    except Invalid as invalid:
        for fault in invalid.faults:
            yield f"The example is not valid: {fault.field}: {fault.detail}"


_CHECKS: dict[str, Callable[[type[Command]], Iterator[str]]] = {
    "E003": _handler,
    "E004": _slug,
    "E005": _permission_label,
    "E006": _groups,
    "E007": _conflicts,
    "E008": _refusals,
    "E009": _description,
    "E010": _fields,
    "E011": _example,
}
