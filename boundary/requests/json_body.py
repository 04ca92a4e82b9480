"""JSON read strictly: what RFC 8259 leaves open and databases disagree on is refused here, once."""

import json
from decimal import Decimal
from typing import NoReturn

from kernel.errors import FieldFault, Invalid


def parse(body: bytes) -> object:
    """The JSON value in `body`; numbers with a fraction or exponent come as Decimal, exactly as written.

    Raises Invalid for bytes that are not UTF-8, broken JSON, NaN and Infinity, duplicate keys, lone surrogates,
    integers of thousands of digits and nesting too deep to read.
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
        raise _malformed("The body is not UTF-8.") from None
    except RecursionError:
        raise _malformed("The body is nested too deeply.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _malformed(f"The body is not JSON: {error.msg} ({where}).") from None
    except ValueError:
        raise _malformed("The body holds a number with too many digits.") from None


def _malformed(detail: str) -> Invalid:
    return Invalid([FieldFault("", "malformed", detail)])


def _refuse_constant(name: str) -> NoReturn:
    raise _malformed(f"{name} is not JSON.")


def _object_without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if any(not _encodable(name) for name in found):
        raise _malformed("A key holds a lone surrogate, which is not a character.")
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise Invalid([FieldFault(name, "duplicate", "This key stands more than once.") for name in twice])
    return found


def _encodable(name: str) -> bool:
    return name.isascii() or not any("\ud800" <= character <= "\udfff" for character in name)
