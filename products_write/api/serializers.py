"""Serializers that only draw the forms of the browsable API. The bus validates."""

from collections.abc import Callable
from functools import cache
from typing import Any, cast

from rest_framework import serializers

from products_write.commands import Command
from products_write.commands.definition.introspection import CommandField, FieldType, fields_of

_TEXTAREA_FROM = 1000  # characters


@cache
def serializer_of(command_type: type[Command]) -> type[serializers.Serializer[Any]]:
    """The serializer with the fields of a command."""
    fields: dict[str, Any] = {
        field.name: SERIALIZER_FIELDS[field.type](field) for field in fields_of(command_type)
    }
    return type(command_type.__name__, (serializers.Serializer,), fields)


def _common(field: CommandField) -> dict[str, Any]:
    return {"required": field.required, "allow_null": field.nullable, "help_text": field.description}


def _integer(field: CommandField) -> serializers.Field[Any, Any, Any, Any]:
    return serializers.IntegerField(min_value=field.minimum, max_value=field.maximum, **_common(field))


def _money(field: CommandField) -> serializers.Field[Any, Any, Any, Any]:
    limits = {"min_value": field.minimum, "max_value": field.maximum}
    return serializers.DecimalField(max_digits=10, decimal_places=2, **limits, **_common(field))


def _string(field: CommandField) -> serializers.Field[Any, Any, Any, Any]:
    long = field.max_length is not None and field.max_length >= _TEXTAREA_FROM
    return serializers.CharField(
        min_length=field.min_length,
        max_length=field.max_length,
        allow_blank=not field.min_length,
        style={"base_template": "textarea.html"} if long else {},
        **_common(field),
    )


def _strings(field: CommandField) -> serializers.Field[Any, Any, Any, Any]:
    return serializers.ListField(
        child=serializers.RegexField(field.pattern or "", max_length=field.item_max_length),
        max_length=field.max_length,
        style={"base_template": "input.html", "input_type": "text"},
        initial=cast("list[Any]", ""),  # the form shows this text; an empty list would stand there as []
        **_common(field),
    )


def _datetime(field: CommandField) -> serializers.Field[Any, Any, Any, Any]:
    return serializers.DateTimeField(**_common(field))


SERIALIZER_FIELDS: dict[FieldType, Callable[[CommandField], serializers.Field[Any, Any, Any, Any]]] = {
    "integer": _integer,
    "money": _money,
    "string": _string,
    "strings": _strings,
    "datetime": _datetime,
}
"""What makes the serializer field of a field, by the field's type."""
