"""The words for wrong input: the values that a field takes, and the value that it got.

A validator speaks of its own types and patterns, and a client knows neither. Messages to clients are therefore made
here, from the type hint of the field.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from msgspec import inspect

EXPECTED = "expected"
"""The key in a field's Meta.extra for its words. A type with a pattern needs it, as nobody can read a pattern."""

_SHOWN_CHARACTERS = 40


def expectation(hint: Any) -> str:
    """What a field with this type hint takes, such as "a whole number from 1 to 5".

    Raises TypeError for a type, a limit or a pattern that has no words yet.
    """
    return _words_of(inspect.type_info(hint))


def shown(value: object) -> str:
    """`value` as JSON writes it. A long value is cut, and a long text or list tells its length.

    Characters that cannot be seen are written as escapes, so that they can be read and do nothing to a terminal.
    """
    if isinstance(value, str) and len(value) > _SHOWN_CHARACTERS:
        return f"{_written(value[:_SHOWN_CHARACTERS] + '…')} ({len(value)} characters)"
    written = _written(value)
    if len(written) <= _SHOWN_CHARACTERS or isinstance(value, str):
        return written
    length = f" ({_count(len(value), 'entry', 'entries')})" if isinstance(value, list | tuple) else ""
    return f"{written[:_SHOWN_CHARACTERS]}…{length}"


def _written(value: object) -> str:
    match value:
        case Decimal():
            return str(value)
        case list() | tuple():
            return f"[{', '.join(map(_written, value))}]"
        case Mapping():
            return f"{{{', '.join(f'{_written(name)}: {_written(part)}' for name, part in value.items())}}}"
    written = json.dumps(value, ensure_ascii=False, default=str)
    return written if written.isprintable() else "".join(map(_visible, written))


def _visible(character: str) -> str:
    return character if character.isprintable() else json.dumps(character)[1:-1]


def _words_of(taken: inspect.Type) -> str:
    match taken:
        case inspect.Metadata(extra={"expected": str(words)}):
            return words
        case inspect.Metadata():
            return _words_of(taken.type)
        case inspect.UnionType():
            return " or ".join(map(_words_of, taken.types))
        case inspect.NoneType():
            return "null"
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType(gt=None, lt=None, multiple_of=None):
            return f"a whole number{_range(taken.ge, taken.le)}"
        case inspect.FloatType(gt=None, lt=None, multiple_of=None):
            return f"a number{_range(taken.ge, taken.le)}"
        case inspect.DecimalType():
            return 'an amount with at most two decimals, such as "12.50"'
        case inspect.DateTimeType(tz=True):
            return 'a valid time with its offset from UTC, such as "2026-03-01T10:00:00Z"'
        case inspect.StrType(pattern=None):
            return f"text{_length(taken.min_length, taken.max_length, 'character', 'characters')}"
        case inspect.LiteralType():
            return f"one of {', '.join(map(str, taken.values))}"
        case inspect.ListType():
            return f"a list{_length(taken.min_length, taken.max_length, 'entry', 'entries')}"
    raise TypeError(f"There are no words for {taken}. Add them to kernel.expectations, or to the Meta.extra.")


def _range(least: float | None, most: float | None) -> str:
    if least is None:
        return "" if most is None else f" up to {most}"
    return f" from {least}" if most is None else f" from {least} to {most}"


def _length(least: int | None, most: int | None, one: str, many: str) -> str:
    if most is None:
        return f" of at least {_count(least, one, many)}" if least else ""
    return f" of {f'{least} to' if least else 'at most'} {_count(most, one, many)}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
