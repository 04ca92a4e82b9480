"""The JSON Schema of a command's body. msgspec makes it from the Struct. This module adds what msgspec cannot say."""

from boundary.responses.openapi import Schema, components_of
from products_write.commands import Command
from products_write.commands.definition.introspection import CommandField, fields_of

_STORABLE = "^[^\\u0000]*$"


def body_of(command_type: type[Command]) -> Schema:
    """The schema of the body."""
    body = components_of(command_type)[command_type.__name__]
    properties = {
        field.name: _amount(field) if field.type == "money" else body["properties"][field.name] | _more(field)
        for field in fields_of(command_type)
    }
    alternatives = [{"required": [name]} for name in command_type.at_least_one_of]
    return body | {"properties": properties} | ({"anyOf": alternatives} if alternatives else {})


def _more(field: CommandField) -> Schema:
    more: Schema = {"description": field.description}
    if field.type == "integer":
        more["format"] = "int64"
    if field.type == "string":
        more["pattern"] = field.written or _STORABLE
    return more


def _amount(field: CommandField) -> Schema:
    digits = len(str(int(field.maximum)))
    text = {"type": "string", "pattern": f"^[0-9]{{1,{digits}}}(\\.[0-9]{{1,2}})?$"}
    number = {"minimum": float(field.minimum), "maximum": float(field.maximum), "multipleOf": 0.01}
    return {"description": field.description, "anyOf": [text, {"type": "number", **number}]}
