"""What a form posts, as the payload of a command to be read laxly."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware

from products_write.commands.definition.base import Command
from products_write.commands.definition.introspection import CommandField, fields_of

_NOT_OF_THE_COMMAND = {"csrfmiddlewaretoken"}
_SEPARATORS = re.compile(r"[\s,]+")


def form_payload(command_type: type[Command], posted: Mapping[str, list[Any]]) -> dict[str, object]:
    """The payload of the command, for a bus that reads it laxly; `posted` has all values of each name.

    Lists are separated by commas or blanks, times are in the site's zone.

    A name that is posted twice, or is none of the command's, is left for validation to refuse.
    """
    known = {field.name: field for field in fields_of(command_type)}
    payload: dict[str, object] = {}
    for name, values in posted.items():
        if name not in _NOT_OF_THE_COMMAND:
            payload[name] = _value(known.get(name), values)
    return payload


def _value(field: CommandField | None, values: list[Any]) -> object:
    if field is not None and field.type == "strings":
        parts = [_SEPARATORS.split(value) if isinstance(value, str) else [value] for value in values]
        return [part for split in parts for part in split if part != ""]
    if len(values) != 1:
        return values
    if field is not None and field.type == "datetime" and isinstance(values[0], str):
        return _with_offset(values[0])
    return values[0]


def _with_offset(written: str) -> str:
    """A browser's date-and-time field knows no offset."""
    try:
        moment = parse_datetime(written)
        return make_aware(moment).isoformat() if moment is not None and is_naive(moment) else written
    except (ValueError, OverflowError):
        return written
