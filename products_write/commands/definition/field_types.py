"""The types that commands' fields are made of, each with its limits and its meaning."""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from django.utils import timezone
from msgspec import Meta

from products_write.limits import (
    DESCRIPTION_LENGTH,
    MAX_CATEGORIES,
    MAX_PRODUCT_ID,
    MAX_QUANTITY,
    MAX_RATING,
    MAX_UNIT_PRICE,
    MIN_RATING,
    NAME_LENGTH,
    REASON_LENGTH,
    SKU_LENGTH,
    SLUG_LENGTH,
)

Check = Callable[[Any], str | None]
"""What is wrong with a value of the right type, None if nothing: for what a schema cannot say."""

CHECK = "check"
"""The key under which a field's Meta.extra holds its Check."""

WRITTEN = "written"
"""The key of a regular expression that says the same, and more, to clients: text that can be stored."""

_STORABLE, _TRIMMED = "^[^\\u0000]*$", "^[^\\s\\u0000]([^\\u0000]*[^\\s\\u0000])?$"


def _untrimmed(value: str | None) -> str | None:
    return "Leave out the whitespace around it." if value is not None and value != value.strip() else None


def _invisible(value: str) -> str | None:
    # Letters, numbers, punctuation and symbols show; separators, controls and combining marks alone do not.
    shows = any(unicodedata.category(character)[0] in "LNPS" for character in value)
    return None if shows else "It needs at least one visible character."


def _out_of_range(value: Decimal) -> str | None:
    return None if 0 <= value <= MAX_UNIT_PRICE else f"Expected an amount from 0 to {MAX_UNIT_PRICE}."


def _in_future(value: datetime) -> str | None:
    return "It lies in the future." if value > timezone.now() else None


def _malformed_slugs(value: list[str]) -> str | None:
    malformed = [slug for slug in value if not _SLUG.fullmatch(slug)]
    return f"Use letters, digits, '-' and '_' of ASCII: {malformed[0]!r} is no slug." if malformed else None


_SLUG = re.compile(r"[-a-zA-Z0-9_]+", re.ASCII)

ProductId = Annotated[int, Meta(ge=1, le=MAX_PRODUCT_ID, description="The product's id.")]
NewProductId = Annotated[
    int,
    Meta(
        ge=1, le=MAX_PRODUCT_ID, description="The id of the new product; left out, the service chooses one."
    ),
]
RelatedProductId = Annotated[int, Meta(ge=1, le=MAX_PRODUCT_ID, description="The id of the other product.")]
UserId = Annotated[
    int,
    Meta(
        ge=1, le=2**63 - 1, description="Whose rating, if not your own: needs products_write.rate_for_others."
    ),
]
Sku = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=SKU_LENGTH,
        description="Your own code for the product, unique; null for none.",
        extra={CHECK: _untrimmed, WRITTEN: _TRIMMED},
    ),
]
Name = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=NAME_LENGTH,
        description="What the product is called.",
        extra={CHECK: _invisible, WRITTEN: _STORABLE},
    ),
]
Description = Annotated[
    str,
    Meta(
        max_length=DESCRIPTION_LENGTH,
        description="What a customer should know; plain text.",
        extra={WRITTEN: _STORABLE},
    ),
]
UnitPrice = Annotated[
    Decimal,
    Meta(
        description="The price of one piece, with at most two decimals.",
        extra={CHECK: _out_of_range, "minimum": Decimal("0.00"), "maximum": MAX_UNIT_PRICE},
    ),
]
Slug = Annotated[str, Meta(min_length=1, max_length=SLUG_LENGTH, pattern="^[-a-zA-Z0-9_]+$")]
Categories = Annotated[
    list[Slug],
    Meta(
        max_length=MAX_CATEGORIES,
        description="Slugs of its categories; a new one is made on its first use.",
        extra={CHECK: _malformed_slugs},
    ),
]
Reason = Annotated[
    str,
    Meta(
        max_length=REASON_LENGTH,
        description="Why, for whoever reads the history.",
        extra={WRITTEN: _STORABLE},
    ),
]
Stars = Annotated[int, Meta(ge=MIN_RATING, le=MAX_RATING, description="1 (worst) to 5 (best).")]
Quantity = Annotated[int, Meta(ge=1, le=MAX_QUANTITY, description="How many pieces.")]
CountedQuantity = Annotated[
    int, Meta(ge=0, le=MAX_QUANTITY, description="How many pieces were on the shelf.")
]
ReceivedAt = Annotated[
    datetime,
    Meta(tz=True, description="When they arrived, with offset; left out, now.", extra={CHECK: _in_future}),
]
ShippedAt = Annotated[
    datetime,
    Meta(tz=True, description="When they left, with offset; left out, now.", extra={CHECK: _in_future}),
]
CountedAt = Annotated[
    datetime,
    Meta(
        tz=True,
        description="When the shelf was counted, with offset; left out, now.",
        extra={CHECK: _in_future},
    ),
]
