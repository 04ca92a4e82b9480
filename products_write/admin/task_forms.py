"""Makes a Django form from the fields of a command. The form only shows the fields; the bus validates."""

from collections.abc import Callable
from typing import Any

from django import forms

from products_write.commands import Command
from products_write.commands.definition.introspection import CommandField, FieldType, fields_of

_TEXTAREA_FROM = 500  # characters


def form_of(command_type: type[Command], *, without: str) -> type[forms.Form]:
    """The form class of a command without the field `without`, which the screen fills in itself."""
    shown = (field for field in fields_of(command_type) if field.name != without)
    return type(
        f"{command_type.__name__}Form", (forms.Form,), {field.name: _form_field(field) for field in shown}
    )


def _form_field(field: CommandField) -> forms.Field:
    return forms.Field(
        required=field.required, help_text=field.description, widget=WIDGETS[field.type](field)
    )


def _number(field: CommandField) -> forms.Widget:
    return forms.NumberInput(attrs=_limits(field) | {"step": 1, "inputmode": "numeric"})


def _money(field: CommandField) -> forms.Widget:
    return forms.NumberInput(attrs=_limits(field) | {"step": "0.01", "inputmode": "decimal"})


def _text(field: CommandField) -> forms.Widget:
    long = field.max_length is not None and field.max_length >= _TEXTAREA_FROM
    widget = forms.Textarea if long else forms.TextInput
    return widget(attrs={"maxlength": field.max_length})


def _moment(field: CommandField) -> forms.Widget:
    return forms.DateTimeInput(attrs={"type": "datetime-local", "step": 1})


def _limits(field: CommandField) -> dict[str, Any]:
    return {"min": field.minimum, "max": field.maximum}


WIDGETS: dict[FieldType, Callable[[CommandField], forms.Widget]] = {
    "integer": _number,
    "money": _money,
    "string": _text,
    "strings": lambda field: forms.TextInput(),
    "datetime": _moment,
}
"""What makes the widget of a field, by the field's type."""
