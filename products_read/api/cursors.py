"""The text form of cursors: opaque, signed, and valid only for the list and ordering that they were made for."""

from django.core.signing import BadSignature, Signer

from kernel.errors import FieldFault, Invalid
from products_read.queries.keyset import Cursor


def write_cursor(cursor: Cursor, *, bound_to: str) -> str:
    """The text of `cursor`. `read_cursor` reads it with the same `bound_to`, which names a list and its ordering."""
    return _signer(bound_to).sign_object([cursor.backward, *cursor.key])


def read_cursor(text: str, *, bound_to: str) -> Cursor:
    """The cursor of a text that was written for this list and ordering. Raises Invalid for any other text."""
    try:
        backward, *key = _signer(bound_to).unsign_object(text)
    except BadSignature:
        detail = "This cursor does not belong to this list in this ordering. Start from the first page."
        raise Invalid([FieldFault("cursor", "invalid", detail)]) from None
    return Cursor(backward, tuple(key))


def _signer(bound_to: str) -> Signer:
    return Signer(salt=f"products_read.cursor.1:{bound_to}")
