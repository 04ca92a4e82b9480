"""The Consistency-Token: the version that a client must see to see its own write. It is signed against forgery."""

from typing import NamedTuple

from django.core import signing

from kernel.errors import FieldFault, Invalid

TOKEN_HEADER = "Consistency-Token"
_SALT = "events.consistency-token"
_MALFORMED = "This is no token of this service. Send the Consistency-Token of a command's response unchanged."


class Token(NamedTuple):
    """Version `version` of the product's stream. Its event is at `position` in the log."""

    product_id: int
    version: int
    position: int


def issue_token(product_id: int, version: int, position: int) -> str:
    """Returns an opaque text for these three numbers."""
    return signing.Signer(salt=_SALT).sign_object([product_id, version, position])


def read_token(token: str) -> Token:
    """Returns the numbers that `issue_token` was given. Raises Invalid for a text that it did not make."""
    try:
        return Token._make(signing.Signer(salt=_SALT).unsign_object(token))
    except (signing.BadSignature, ValueError, TypeError):
        raise Invalid([FieldFault(TOKEN_HEADER, "malformed", _MALFORMED)]) from None
