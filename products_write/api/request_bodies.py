"""The JSON Schema of a command's body, made from its fields."""

from collections.abc import Callable
from typing import Any

from boundary.responses.openapi import Schema
from products_write.commands import Command
from products_write.commands.definition.introspection import CommandField, FieldType, fields_of

_STORABLE = "^[^\\u0000]*$"


def body_of(command_type: type[Command]) -> Schema:
    """The schema of the body. Raises KeyError for a field whose type is not in SCHEMAS."""
    fields = fields_of(command_type)
    body: Schema = {
        "type": "object",
        "description": command_type.__doc__,
        "properties": {field.name: _schema_of(field) for field in fields},
        "required": [field.name for field in fields if field.required],
        "additionalProperties": False,
    }
    if command_type.at_least_one_of:
        body["anyOf"] = [{"required": [name]} for name in command_type.at_least_one_of]
    return body


def _schema_of(field: CommandField) -> Schema:
    schema = SCHEMAS[field.type](field)
    if field.nullable:
        schema["type"] = [schema["type"], "null"]
    return schema | {"description": field.description}


def _known(**limits: Any) -> Schema:
    """The limits that the field has."""
    return {name: limit for name, limit in limits.items() if limit is not None}


def _integer(field: CommandField) -> Schema:
    return {"type": "integer", "format": "int64", **_known(minimum=field.minimum, maximum=field.maximum)}


def _money(field: CommandField) -> Schema:
    digits = len(str(int(field.maximum)))
    written = {"type": "string", "pattern": f"^[0-9]{{1,{digits}}}(\\.[0-9]{{1,2}})?$"}
    limits = {"minimum": float(field.minimum), "maximum": float(field.maximum), "multipleOf": 0.01}
    return {"anyOf": [written, {"type": "number", **limits}]}


def _string(field: CommandField) -> Schema:
    limits = _known(minLength=field.min_length, maxLength=field.max_length)
    return {"type": "string", **limits, "pattern": field.written or _STORABLE}


def _strings(field: CommandField) -> Schema:
    item = {
        "type": "string",
        "pattern": field.pattern or _STORABLE,
        **_known(maxLength=field.item_max_length),
    }
    return {"type": "array", "items": item, **_known(maxItems=field.max_length)}


def _datetime(field: CommandField) -> Schema:
    return {"type": "string", "format": "date-time"}


SCHEMAS: dict[FieldType, Callable[[CommandField], Schema]] = {
    "integer": _integer,
    "money": _money,
    "string": _string,
    "strings": _strings,
    "datetime": _datetime,
}
"""What makes the schema of a field, by the field's type."""
