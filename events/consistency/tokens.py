"""The Consistency-Token: what a client must see to see its own write, signed so that it cannot be made up."""

from typing import NamedTuple

from django.core import signing

from kernel.errors import FieldFault, Invalid

TOKEN_HEADER = "Consistency-Token"
_SALT = "events.consistency-token"


class Token(NamedTuple):
    """Version `version` of the product's stream, whose event stands at `position` in the log."""

    product_id: int
    version: int
    position: int


def issue_token(product_id: int, version: int, position: int) -> str:
    """An opaque text for these three numbers."""
    return signing.Signer(salt=_SALT).sign_object([product_id, version, position])


def read_token(token: str) -> Token:
    """What `issue` was given; Invalid for anything that it did not make."""
    try:
        return Token._make(signing.Signer(salt=_SALT).unsign_object(token))
    except (signing.BadSignature, ValueError, TypeError):
        raise Invalid(
            [FieldFault(TOKEN_HEADER, "malformed", "Send the token as the command answered it.")]
        ) from None
