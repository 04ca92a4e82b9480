"""Messages for wrong input in the client's words: the values that a field allows, and the value that it got."""

import json
import re
from decimal import Decimal
from typing import Any

from msgspec import inspect

_SHOWN_CHARACTERS = 60
_ITEM = re.compile(r" - at `\$\[([0-9]+)\]`$", re.ASCII)


def what_is_allowed(hint: Any, value: object, message: str = "") -> str:
    """Returns a sentence that describes the values of a field with this type hint, and names `value`.

    `message` is the one of msgspec. It tells which item of a list is wrong. msgspec's messages speak of types of
    Python and name neither the value nor both limits, so clients do not see them.
    """
    allowed = inspect.type_info(hint)
    found = _ITEM.search(message)
    if found and isinstance(value, list | tuple) and (items := _items_of(allowed)):
        number = int(found[1])
        return f"Item {number + 1}: {_expected(items, value[number])}"
    return _expected(allowed, value)


def _expected(allowed: inspect.Type, value: object) -> str:
    return f"Expected {_described(allowed)}, and not {_shown(value)}."


def _items_of(allowed: inspect.Type) -> inspect.Type | None:
    kinds = allowed.types if isinstance(allowed, inspect.UnionType) else [allowed]
    return next((kind.item_type for kind in kinds if isinstance(kind, inspect.ListType)), None)


def _described(allowed: inspect.Type) -> str:
    match allowed:
        case inspect.UnionType():
            return " or ".join(map(_described, allowed.types))
        case inspect.Metadata():
            return _described(allowed.type)
        case inspect.NoneType():
            return "null"
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType():
            return f"a whole number{_range(allowed.ge, allowed.le)}"
        case inspect.FloatType():
            return f"a number{_range(allowed.ge, allowed.le)}"
        case inspect.StrType():
            matching = f" that matches the pattern {allowed.pattern}" if allowed.pattern else ""
            return f"a text{_length(allowed.min_length, allowed.max_length, 'characters')}{matching}"
        case inspect.ListType():
            return f"a list{_length(allowed.min_length, allowed.max_length, 'items')}"
        case inspect.LiteralType():
            return f"one of {', '.join(map(str, allowed.values))}"
        case inspect.DateTimeType():
            return "a valid time with an offset, such as 2026-01-02T03:04:05Z"
        case inspect.DecimalType():
            return 'an amount such as "12.50", with at most two decimals'
    return "a different value"


def _range(lowest: float | None, highest: float | None) -> str:
    if lowest is not None and highest is not None:
        return f" from {lowest} to {highest}"
    if lowest is not None:
        return f" of at least {lowest}"
    return f" of at most {highest}" if highest is not None else ""


def _length(lowest: int | None, highest: int | None, unit: str) -> str:
    limits = _range(lowest, highest).replace(" from ", " of ")
    if limits.endswith(" 1"):
        unit = unit.removesuffix("s")
    return f"{limits} {unit}" if limits else ""


def _shown(value: object) -> str:
    """A short value as JSON writes it. A long one, a list or an object is named by its kind and size."""
    if isinstance(value, str):
        short = len(value) <= _SHOWN_CHARACTERS
        return json.dumps(value, ensure_ascii=False) if short else f"a text of {len(value)} characters"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)} items"
    if isinstance(value, bool | None):
        return json.dumps(value)
    if isinstance(value, int | Decimal):
        return _shown_number(value)
    return "an object" if isinstance(value, dict) else repr(value)


def _shown_number(value: int | Decimal) -> str:
    """A client can send a number of any length, and its digits must not fill a response or a log line."""
    if isinstance(value, int) and abs(value) >= 10**_SHOWN_CHARACTERS:
        return "a number with too many digits"
    written = str(value)
    return written if len(written) <= _SHOWN_CHARACTERS else "a number with too many digits"
