"""The JSON Schemas of requests and responses of commands. Those of the requests are derived from the commands."""

from boundary.responses.openapi import Schema
from events.contracts.registry import REGISTRY
from products_write.commands import COMMANDS, Command
from products_write.commands.definition.introspection import CommandField, fields_of

RESULT, STATUS, DESCRIPTION = "CommandResult", "CommandStatus", "CommandDescription"

_INTEGER: Schema = {"type": "integer", "format": "int64"}
_FROM_ONE: Schema = _INTEGER | {"minimum": 1}
_TIME: Schema = {"type": "string", "format": "date-time"}
_ID: Schema = {"type": "string", "format": "uuid"}
_WORDS: Schema = {"type": "string"}
_NAME: Schema = {"type": "string", "enum": list(COMMANDS)}


def ref(name: str) -> Schema:
    """A reference to one of the components of the schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def body_of(command_type: type[Command]) -> Schema:
    """The schema of a command's body."""
    fields = fields_of(command_type)
    body: Schema = {
        "type": "object",
        "description": command_type.__doc__,
        "properties": {field.name: _value_of(field) for field in fields},
        "required": [field.name for field in fields if field.required],
        "additionalProperties": False,
    }
    if command_type.at_least_one_of:
        body["anyOf"] = [{"required": [name]} for name in command_type.at_least_one_of]
    return body


def _value_of(field: CommandField) -> Schema:
    value = _KINDS[field.type](field)
    if field.nullable:
        value["type"] = [value["type"], "null"]
    return value | {"description": field.description}


def _integer(field: CommandField) -> Schema:
    return _INTEGER | {"minimum": field.minimum, "maximum": field.maximum}


def _money(field: CommandField) -> Schema:
    digits = len(str(int(field.maximum)))
    written = {"type": "string", "pattern": f"^[0-9]{{1,{digits}}}(\\.[0-9]{{1,2}})?$"}
    limits = {"minimum": float(field.minimum), "maximum": float(field.maximum), "multipleOf": 0.01}
    return {"anyOf": [written, {"type": "number", **limits}]}


def _string(field: CommandField) -> Schema:
    limits = {"minLength": field.min_length, "maxLength": field.max_length, "pattern": field.written}
    return {"type": "string"} | {name: limit for name, limit in limits.items() if limit is not None}


def _strings(field: CommandField) -> Schema:
    item = {"type": "string", "pattern": field.pattern, "maxLength": field.item_max_length}
    return {"type": "array", "items": item, "maxItems": field.max_length}


def _datetime(field: CommandField) -> Schema:
    return dict(_TIME)


_KINDS = {
    "integer": _integer,
    "money": _money,
    "string": _string,
    "strings": _strings,
    "datetime": _datetime,
}


def _object(properties: Schema, optional: Schema | None = None) -> Schema:
    return {"type": "object", "properties": properties | (optional or {}), "required": list(properties)}


_SUMMARY = _object(
    {"type": {"type": "string", "enum": sorted(REGISTRY)}, "version": _FROM_ONE, "position": _FROM_ONE}
)
_SUCCEEDED: Schema = {
    "command_id": _ID,
    "command": _NAME,
    "status": {"type": "string", "const": "succeeded"},
    "product_id": _FROM_ONE,
    "version": _FROM_ONE,
    "position": _FROM_ONE,
    "events": {"type": "array", "items": ref("EventSummary")},
}


def _status(status: str, finished_at: Schema, more: Schema) -> Schema:
    always = {"command_id": _ID, "command": _NAME, "status": {"type": "string", "const": status}}
    return _object(always | {"received_at": _TIME, "finished_at": finished_at} | more)


_STATUSES = {
    "pending": _status("pending", {"type": "null"}, {}),
    "succeeded": _status("succeeded", _TIME, _SUCCEEDED),
    "refused": _status("refused", _TIME, {"problem": ref("Problem")}),
}
_FIELD = _object(
    {
        "name": _WORDS,
        "type": {"type": "string", "enum": list(_KINDS)},
        "required": {"type": "boolean"},
        "nullable": {"type": "boolean"},
        "description": _WORDS,
    },
    {
        "minimum": {"type": "number"},
        "maximum": {"type": "number"},
        "min_length": {"type": "integer"},
        "max_length": {"type": "integer"},
        "pattern": _WORDS,
        "item_max_length": {"type": "integer"},
    },
)

ANSWERS: dict[str, Schema] = {
    "EventSummary": _SUMMARY,
    RESULT: _object(_SUCCEEDED)
    | {"description": "The result of a command. `events` is empty if the command changed nothing."},
    **{f"{status.capitalize()}Command": shape for status, shape in _STATUSES.items()},
    STATUS: {
        "oneOf": [ref(f"{status.capitalize()}Command") for status in _STATUSES],
        "discriminator": {
            "propertyName": "status",
            "mapping": {status: ref(f"{status.capitalize()}Command")["$ref"] for status in _STATUSES},
        },
    },
    "CommandField": _FIELD,
    DESCRIPTION: _object(
        {
            "name": _NAME,
            "url": {"type": "string", "format": "uri"},
            "description": _WORDS,
            "permission": {"type": ["string", "null"]},
            "fields": {"type": "array", "items": ref("CommandField")},
        }
    ),
}
"""The schemas of all responses by name."""
