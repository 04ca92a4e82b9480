"""Strict validation against a msgspec Struct, all faults at once."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from kernel.errors import FieldFault, Invalid
from kernel.expectations import expectation, shown

S = TypeVar("S", bound=msgspec.Struct)

_MONEY = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,2})?", re.ASCII)
_LOST_PLUS = re.compile(r"(T[0-9:.]{8,15}) ([0-9]{2}:?[0-9]{2})\Z", re.ASCII | re.IGNORECASE)
_CENT = Decimal("0.01")
_MISSING = object()


def validated(
    struct_type: type[S], raw: Mapping[str, object], *, lax: bool = False, blank_is_absent: bool = True
) -> S:
    """`raw` as a `struct_type`, or Invalid with a fault for every field that is wrong, missing or unknown.

    `lax` reads values as a form or query string writes them: text becomes numbers and booleans, and an empty text
    counts as left out unless told otherwise. Money (a Decimal field) is a text or number with at most two decimals;
    times carry an offset and come back in UTC.
    """
    fields = _fields(struct_type)
    faults = [
        FieldFault(name[:100], "unknown", f"There is no such field. {_known(fields)}")
        for name in raw
        if name not in fields
    ]
    values: dict[str, Any] = {}
    for name, field in fields.items():
        value = raw.get(name, _MISSING)
        if lax and blank_is_absent and value == "":
            value = _MISSING
        if value is not _MISSING:
            _convert_into(values, faults, name, field, value, lax)
        elif field.required:
            faults.append(FieldFault(name, "required", "This field is required."))
    if faults:
        raise Invalid(faults)
    return _built(struct_type, values)


class _Field(msgspec.Struct, frozen=True):
    """`expected` says in words what the field takes. `entry` is about the entries of a list."""

    type: Any
    required: bool
    is_money: bool
    is_time: bool
    expected: str
    entry: "_Entry | None"


class _Entry(msgspec.Struct, frozen=True):
    type: Any
    expected: str


class _Unstorable(Exception):
    """A text that databases cannot store. The message is for the client."""


@cache
def _fields(struct_type: type[msgspec.Struct]) -> dict[str, _Field]:
    hints = get_type_hints(struct_type, include_extras=True)
    return {
        field.encode_name: _Field(
            hints[field.name],
            field.required,
            is_money=_holds(hints[field.name], Decimal),
            is_time=_holds(hints[field.name], datetime),
            expected=expectation(hints[field.name]),
            entry=_entry(hints[field.name]),
        )
        for field in msgspec.structs.fields(struct_type)
    }


def _holds(hint: Any, wanted: type) -> bool:
    return hint is wanted or any(_holds(part, wanted) for part in getattr(hint, "__args__", ()))


def _entry(hint: Any) -> _Entry | None:
    if get_origin(hint) is list:
        (entry_type,) = get_args(hint)
        return _Entry(entry_type, expectation(entry_type))
    return next((found for part in get_args(hint) if (found := _entry(part))), None)


def _known(fields: Mapping[str, _Field]) -> str:
    return f"The fields are: {', '.join(fields)}." if fields else "This takes no fields."


def _convert_into(
    values: dict[str, Any], faults: list[FieldFault], name: str, field: _Field, value: object, lax: bool
) -> None:
    try:
        _refuse_unstorable(value)
        values[name] = _converted(field, value, lax)
    except _Unstorable as error:
        faults.append(FieldFault(name, "invalid", str(error)))
    except (ValueError, OverflowError):  # of msgspec and datetime, whose own words clients do not see
        faults.append(FieldFault(name, "invalid", _unexpected(field, value, lax)))


def _converted(field: _Field, value: object, lax: bool) -> object:
    if field.is_money:
        value = _money(value)
    elif field.is_time and lax:
        value, lax = _with_plus(value), False  # laxly a number is a time too: seconds since 1970
    return _in_utc(msgspec.convert(value, field.type, strict=not lax))


def _unexpected(field: _Field, value: object, lax: bool) -> str:
    """The message for a value that the field does not take. A wrong entry of a list is told alone."""
    if field.entry is not None and isinstance(value, list):
        for entry in value:
            if not _fits(entry, field.entry.type, lax):
                return f"Expected {field.entry.expected} for each entry, not {shown(entry)}."
    return f"Expected {field.expected}, not {shown(value)}."


def _fits(value: object, hint: Any, lax: bool) -> bool:
    try:
        msgspec.convert(value, hint, strict=not lax)
    except msgspec.ValidationError:
        return False
    return True


def _built(struct_type: type[S], values: dict[str, Any]) -> S:
    try:
        return struct_type(**values)
    except ValueError as error:
        raise Invalid([FieldFault("", "invalid", str(error))]) from None


def _with_plus(value: object) -> object:
    """A time whose offset lost its plus: in forms and query strings a plus that is not escaped is a space."""
    return _LOST_PLUS.sub(r"\1+\2", value) if isinstance(value, str) else value


def _money(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return value if value is None else _refuse_money(value)
    written = value if isinstance(value, str) else _plain(value)
    if not _MONEY.fullmatch(written):
        return _refuse_money(value)
    return Decimal(written).quantize(_CENT) + 0  # there is no minus nought


def _refuse_money(value: object) -> Decimal:
    raise ValueError(f"{shown(value)} is not an amount.")


def _plain(number: int | Decimal) -> str:
    if isinstance(number, int):
        return str(number) if abs(number) < 10**30 else ""
    return format(number, "f") if -30 < number.adjusted() < 30 else ""


def _refuse_unstorable(value: object) -> None:
    if isinstance(value, str):
        if "\x00" in value:
            raise _Unstorable("A NUL character cannot be stored. Leave it out.")
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            raise _Unstorable("A lone surrogate is not a character. Send valid Unicode.")
    elif isinstance(value, Mapping):
        for part in value.values():
            _refuse_unstorable(part)
    elif isinstance(value, list | tuple):
        for part in value:
            _refuse_unstorable(part)


def _in_utc(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return value
