"""Describes the fields of a command. Forms, OpenAPI and validation are all derived from this description."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_type_hints

import msgspec
from msgspec import inspect

from kernel.errors import FieldFault, Invalid
from kernel.validation import validated
from products_write.commands.definition.field_types import CHECK, WRITTEN, Check

FieldType = Literal["integer", "money", "string", "strings", "datetime"]
"""The types of fields: strings is a list of strings."""


@dataclass(frozen=True, slots=True)
class CommandField:
    """One field of a command. `check` looks for faults that the schema cannot express.

    `written` is a pattern that OpenAPI shows beside the limits, because `check` refuses any other text.
    """

    name: str
    type: FieldType
    required: bool
    nullable: bool
    description: str
    minimum: Any = None
    maximum: Any = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    item_max_length: int | None = None
    written: str | None = None
    check: Check | None = None


@cache
def fields_of(struct_type: type[msgspec.Struct]) -> tuple[CommandField, ...]:
    """The fields of a Struct in the order of its definition, the required ones first.

    Raises TypeError for a type that fields of commands cannot have.
    """
    info = inspect.type_info(struct_type)
    assert isinstance(info, inspect.StructType)
    return tuple(sorted(map(_field, info.fields), key=lambda field: not field.required))


def _field(field: inspect.Field) -> CommandField:
    members = field.type.types if isinstance(field.type, inspect.UnionType) else (field.type,)
    nullable = any(isinstance(member, inspect.NoneType) for member in members)
    base, *others = (member for member in members if not isinstance(member, inspect.NoneType))
    if others:
        raise TypeError(f"The field {field.name} has several types. A field of a command has one, or null.")
    extra: dict[str, Any] = {}
    description = ""
    if isinstance(base, inspect.Metadata):
        extra, description = base.extra or {}, (base.extra_json_schema or {}).get("description", "")
        base = base.type
    if isinstance(base, inspect.DecimalType) and not {"minimum", "maximum"} <= extra.keys():
        raise TypeError(
            f"The field {field.name} is an amount. Set minimum and maximum in Meta.extra of its type."
        )
    return CommandField(
        name=field.encode_name,
        required=field.required,
        nullable=nullable,
        description=description,
        written=extra.get(WRITTEN),
        check=extra.get(CHECK),
        **(
            {name: extra[name] for name in ("minimum", "maximum") if name in extra} | _shape(field.name, base)
        ),
    )


def _shape(name: str, base: inspect.Type) -> dict[str, Any]:
    match base:
        case inspect.IntType():
            return {"type": "integer", "minimum": base.ge, "maximum": base.le}
        case inspect.StrType():
            return {"type": "string", "min_length": base.min_length, "max_length": base.max_length}
        case inspect.DecimalType():
            return {"type": "money"}
        case inspect.DateTimeType():
            return {"type": "datetime"}
        case inspect.ListType(
            item_type=(inspect.Metadata(type=inspect.StrType() as item) | (inspect.StrType() as item))
        ):
            limits = {"item_max_length": item.max_length, "pattern": item.pattern}
            return {"type": "strings", "max_length": base.max_length, **limits}
    raise TypeError(f"The field {name} has the type {type(base).__name__}, which a command cannot have.")


def faults_of(filled: msgspec.Struct) -> list[FieldFault]:
    """The faults of a valid Struct that its schema cannot express."""
    return [
        FieldFault(field.name, "invalid", fault)
        for field in fields_of(type(filled))
        if field.check is not None
        and (value := getattr(filled, field.name)) is not msgspec.UNSET
        and value is not None
        and (fault := field.check(value))
    ]


def faults_beyond_schema(
    struct_type: type[msgspec.Struct], payload: Mapping[str, object], *, lax: bool
) -> list[FieldFault]:
    """The faults that the schema cannot express, in a payload that is not valid.

    A client gets all faults at once, so each field with a check is read alone. A field that breaks the schema is
    left out, because its check needs a value of the right type.
    """
    found = []
    for field in fields_of(struct_type):
        if field.check is None or field.name not in payload:
            continue
        alone = _alone(struct_type, field.name)
        try:
            value = getattr(validated(alone, {field.name: payload[field.name]}, lax=lax), field.name)
        except Invalid:
            continue
        fault = None if value is None or value is msgspec.UNSET else field.check(value)
        if fault:
            found.append(FieldFault(field.name, "invalid", fault))
    return found


@cache
def _alone(struct_type: type[msgspec.Struct], name: str) -> type[msgspec.Struct]:
    """A Struct with this field alone, which may be left out."""
    hint = get_type_hints(struct_type, include_extras=True)[name]
    return msgspec.defstruct(name, [(name, hint, msgspec.UNSET)])
