"""Cursors as clients see them: opaque, signed, and bound to the list and the ordering they were made for."""

from django.core.signing import BadSignature, Signer

from kernel.errors import FieldFault, Invalid
from products_read.queries.keyset import Cursor


def write_cursor(cursor: Cursor, *, bound_to: str) -> str:
    """The text that `read` takes back."""
    return _signer(bound_to).sign_object([cursor.backward, *cursor.key])


def read_cursor(text: str, *, bound_to: str) -> Cursor:
    """The cursor that was written for the same list. Raises Invalid for anything else."""
    try:
        backward, *key = _signer(bound_to).unsign_object(text)
    except BadSignature:
        detail = "This cursor was not given out for this list in this ordering; start from its first page."
        raise Invalid([FieldFault("cursor", "invalid", detail)]) from None
    return Cursor(backward, tuple(key))


def _signer(bound_to: str) -> Signer:
    return Signer(salt=f"products_read.cursor.1:{bound_to}")
