"""A strict JSON reader. It refuses input that RFC 8259 leaves open and that databases store differently."""

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import NoReturn

from kernel.errors import FieldFault, Invalid
from kernel.expectations import shown

_MOST_LEVELS = 100
_TOO_DEEP = f"The body is nested too deeply. Send at most {_MOST_LEVELS} levels of lists and objects."
_NEAR = 20  # characters of the body that a message shows


def parse(body: bytes) -> object:
    """The JSON value in `body`. A number with a fraction or exponent becomes a Decimal with exactly its digits.

    Raises Invalid for bytes that are not UTF-8, for broken JSON, NaN, Infinity, duplicate keys and lone surrogates in
    keys. Raises Invalid too for an integer of thousands of digits and for more than 100 levels of nesting.
    """
    try:
        text = body.decode("utf-8")
        value = json.loads(
            text,
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object_without_duplicates,
        )
    except UnicodeDecodeError:
        raise _malformed("The body is not UTF-8. Encode it as UTF-8.") from None
    except RecursionError:
        raise _malformed(_TOO_DEEP) from None
    except json.JSONDecodeError as error:
        raise _malformed(f"The body is not JSON. {_place(error)}") from None
    except ValueError:  # Python refuses to read an integer of more than sys.get_int_max_str_digits() digits
        raise _malformed("The body holds a number with too many digits. Send a shorter number.") from None
    _refuse_too_deep(text, value)
    return value


def _place(error: json.JSONDecodeError) -> str:
    """The place of the fault in the body, for a person. The reader's own words are for programmers of Python."""
    near = error.doc[error.pos : error.pos + _NEAR]
    if not near.strip():
        return "It ends too early." if error.doc.strip() else "It is empty. Send a JSON object."
    return f"Correct it at line {error.lineno}, column {error.colno}, where it has {shown(near)}."


def _refuse_too_deep(text: str, value: object) -> None:
    """Raises Invalid for more levels than later code can walk: the reader of JSON takes more of them."""
    if text.count("[") + text.count("{") <= _MOST_LEVELS:
        return
    level = [value]
    for _ in range(_MOST_LEVELS):
        level = [part for outer in level for part in _parts_of(outer)]
    if any(isinstance(part, list | dict) for part in level):
        raise _malformed(_TOO_DEEP)


def _parts_of(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _malformed(detail: str) -> Invalid:
    return Invalid([FieldFault("", "malformed", detail)])


def _refuse_constant(name: str) -> NoReturn:
    raise _malformed(f"{name} is not a JSON value. Send a number or null.")


def _object_without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if any(not _encodable(name) for name in found):
        raise _malformed("A key holds a lone surrogate, which is not a character. Remove it.")
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        detail = "This key appears more than once. Send it once."
        raise Invalid([FieldFault(name, "duplicate", detail) for name in twice])
    return found


def _encodable(name: str) -> bool:
    return name.isascii() or not any("\ud800" <= character <= "\udfff" for character in name)
