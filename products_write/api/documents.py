"""The documents that describe commands, and the components of OpenAPI that responses of commands are made of."""

from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from boundary.responses.openapi import Schema, components_of, ref
from events.contracts.registry import REGISTRY
from products_write.command_log.status import (
    PendingCommand,
    RefusedCommand,
    SucceededCommand,
)
from products_write.commands import COMMANDS, Command, CommandResult
from products_write.commands.definition.base import CommandName
from products_write.commands.definition.introspection import CommandField, FieldType, fields_of


class CommandFieldDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a command. A limit that the field does not have is left out."""

    name: str
    type: FieldType
    required: bool
    nullable: bool
    description: str
    minimum: float | UnsetType = UNSET
    maximum: float | UnsetType = UNSET
    min_length: int | UnsetType = UNSET
    max_length: int | UnsetType = UNSET
    pattern: str | UnsetType = UNSET
    item_max_length: int | UnsetType = UNSET

    @classmethod
    def of(cls, field: CommandField) -> "CommandFieldDocument":
        """The document of a field."""
        members = {name: getattr(field, name) for name in cls.__struct_fields__}
        known: dict[str, Any] = {
            name: float(value) if isinstance(value, Decimal) else value
            for name, value in members.items()
            if value is not None
        }
        return cls(**known)


class CommandDescription(msgspec.Struct, frozen=True, kw_only=True):
    """A command with its fields. `permission` is null for a command that any signed-in user may send."""

    name: CommandName
    url: Annotated[str, Meta(extra_json_schema={"format": "uri"})]
    description: str
    permission: str | None
    fields: list[CommandFieldDocument]

    @classmethod
    def of(cls, command_type: type[Command], url: str) -> "CommandDescription":
        """The description of a command with this address."""
        return cls(
            name=command_type.slug,
            url=url,
            description=command_type.__doc__ or "",
            permission=command_type.permission,
            fields=[CommandFieldDocument.of(field) for field in fields_of(command_type)],
        )


_STATUSES: dict[str, type[msgspec.Struct]] = {
    "pending": PendingCommand,
    "succeeded": SucceededCommand,
    "refused": RefusedCommand,
}

COMPONENTS: dict[str, Schema] = {
    **components_of(CommandResult, *_STATUSES.values(), CommandDescription),
    "CommandStatus": {
        "oneOf": [ref(status) for status in _STATUSES.values()],
        "discriminator": {
            "propertyName": "status",
            "mapping": {name: ref(status)["$ref"] for name, status in _STATUSES.items()},
        },
    },
    "CommandName": {"type": "string", "enum": list(COMMANDS)},
    "EventType": {"type": "string", "enum": sorted(REGISTRY)},
}
"""The components of responses by name. Each command has one more, for its body."""
