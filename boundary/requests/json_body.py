"""A strict JSON reader. It refuses input that RFC 8259 leaves open and that databases store differently."""

import json
from decimal import Decimal
from typing import NoReturn

from kernel.errors import FieldFault, Invalid


def parse(body: bytes) -> object:
    """The JSON value in `body`. A number with a fraction or exponent becomes a Decimal with exactly its digits.

    Raises Invalid for bytes that are not UTF-8, for broken JSON, NaN, Infinity, duplicate keys and lone surrogates in
    keys. Raises Invalid too for an integer of thousands of digits and for nesting that is too deep to read.
    """
    try:
        text = body.decode("utf-8")
        return json.loads(
            text,
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object_without_duplicates,
        )
    except UnicodeDecodeError:
        raise _malformed("The body is not UTF-8. Encode it as UTF-8.") from None
    except RecursionError:
        raise _malformed("The body is nested too deeply. Send fewer levels of lists and objects.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _malformed(f"The body is not JSON: {error.msg} ({where}).") from None
    except ValueError:  # Python refuses to read an integer of more than sys.get_int_max_str_digits() digits
        raise _malformed("The body holds a number with too many digits. Send a shorter number.") from None


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
