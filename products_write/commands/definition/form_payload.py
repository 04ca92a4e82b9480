"""Turns what a form posts into the payload of a command."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware

from products_write.commands.definition.base import Command
from products_write.commands.definition.introspection import CommandField, fields_of

_IGNORED_NAMES = {"csrfmiddlewaretoken"}
_SEPARATORS = re.compile(r"[\s,]+")


def form_payload(command_type: type[Command], posted: Mapping[str, list[Any]]) -> dict[str, object]:
    """The payload of the command, which the bus must read laxly. `posted` has all values of each name.

    In a form, commas or spaces separate the parts of a list. A time without an offset is in the site's time zone.
    Validation refuses a name that is posted twice, and a name that the command does not have.
    """
    known = {field.name: field for field in fields_of(command_type)}
    payload: dict[str, object] = {}
    for name, values in posted.items():
        if name not in _IGNORED_NAMES:
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
    """Adds the offset of the site's time zone: a browser's date-and-time field sends none."""
    try:
        moment = parse_datetime(written)
        return make_aware(moment).isoformat() if moment is not None and is_naive(moment) else written
    except (ValueError, OverflowError):
        return written
