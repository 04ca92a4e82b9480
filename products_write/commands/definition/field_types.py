"""The types of the fields of commands, each with its limits and the description that clients read."""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from django.utils import timezone
from msgspec import Meta

from kernel.expectations import EXPECTED, shown
from kernel.times import rfc3339
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
"""Checks a value of the right type for a fault that the schema cannot express; returns the fault or None."""

CHECK = "check"
"""The key in a field's Meta.extra for its Check."""

WRITTEN = "written"
"""The key in a field's Meta.extra for the pattern of texts that its Check lets pass. OpenAPI shows it."""

_TRIMMED = "^[^\\s\\u0000]([^\\u0000]*[^\\s\\u0000])?$"


def _untrimmed(value: str | None) -> str | None:
    if value is None or value == value.strip():
        return None
    return f"{shown(value)} has spaces or line breaks at its beginning or end; remove them."


def _invisible(value: str) -> str | None:
    # Letters, numbers, punctuation and symbols show; separators, controls and combining marks alone do not.
    shows = any(unicodedata.category(character)[0] in "LNPS" for character in value)
    return (
        None
        if shows
        else f"Expected at least one letter, digit or other visible character, not {shown(value)}."
    )


def _out_of_range(value: Decimal) -> str | None:
    if 0 <= value <= MAX_UNIT_PRICE:
        return None
    return f"Expected {_PRICE}, not {value}."


def _in_future(value: datetime) -> str | None:
    now = timezone.now()
    if value <= now:
        return None
    return (
        f"{rfc3339(value)} is in the future. The service's clock says {rfc3339(now)}; give a time up to that."
    )


def _malformed_slugs(value: list[str]) -> str | None:
    malformed = [slug for slug in value if not _SLUG.fullmatch(slug)]
    if not malformed:
        return None
    return f"Expected {_CATEGORY} for each entry, not {shown(malformed[0])}."


_SLUG = re.compile(r"[-a-zA-Z0-9_]+", re.ASCII)
_CATEGORY = f"1 to {SLUG_LENGTH} of the characters a-z, A-Z, 0-9, - and _"
_PRICE = f'an amount from 0.00 to {MAX_UNIT_PRICE} with at most two decimals, such as "12.50"'

ProductId = Annotated[
    int, Meta(ge=1, le=MAX_PRODUCT_ID, description="The id of the product, a whole number from 1.")
]
NewProductId = Annotated[
    int,
    Meta(
        ge=1,
        le=MAX_PRODUCT_ID,
        description=(
            "The id of the new product, a whole number from 1. Leave it out and the service chooses an id."
        ),
    ),
]
RelatedProductId = Annotated[
    int,
    Meta(
        ge=1,
        le=MAX_PRODUCT_ID,
        description="The id of the product to show beside it, a whole number from 1.",
    ),
]
UserId = Annotated[
    int,
    Meta(
        ge=1,
        le=2**63 - 1,
        description=(
            "The id of the user who rates. Leave it out for your own rating. The rating of another user needs the "
            "permission products_write.rate_for_others."
        ),
    ),
]
Sku = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=SKU_LENGTH,
        description=(
            "Your own code for the product, such as TEA-100. No two products share one. It has at most "
            f"{SKU_LENGTH} characters, and no spaces at its beginning or end. null means no SKU."
        ),
        extra={CHECK: _untrimmed, WRITTEN: _TRIMMED},
    ),
]
Name = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=NAME_LENGTH,
        description=f"The name that customers read, of at most {NAME_LENGTH} characters.",
        extra={CHECK: _invisible},
    ),
]
Description = Annotated[
    str,
    Meta(
        max_length=DESCRIPTION_LENGTH,
        description=f"The text that customers read, without markup, of at most {DESCRIPTION_LENGTH:,} characters.",
    ),
]
UnitPrice = Annotated[
    Decimal,
    Meta(
        description=(
            f"The price of one piece, from 0.00 to {MAX_UNIT_PRICE} in the currency of the shop, with at most two "
            "decimals."
        ),
        extra={
            CHECK: _out_of_range,
            EXPECTED: _PRICE,
            "minimum": Decimal("0.00"),
            "maximum": MAX_UNIT_PRICE,
        },
    ),
]
Slug = Annotated[
    str,
    Meta(min_length=1, max_length=SLUG_LENGTH, pattern="^[-a-zA-Z0-9_]+$", extra={EXPECTED: _CATEGORY}),
]
Categories = Annotated[
    list[Slug],
    Meta(
        max_length=MAX_CATEGORIES,
        description=(
            f"The categories of the product, at most {MAX_CATEGORIES}. Each has at most {SLUG_LENGTH} characters: "
            "letters a-z and A-Z, digits, '-' and '_'. A category that does not exist yet is made."
        ),
        extra={CHECK: _malformed_slugs},
    ),
]
Reason = Annotated[
    str,
    Meta(
        max_length=REASON_LENGTH,
        description=f"The reason, for readers of the product's history, of at most {REASON_LENGTH} characters.",
    ),
]
Stars = Annotated[
    int,
    Meta(
        ge=MIN_RATING,
        le=MAX_RATING,
        description=f"The rating, from {MIN_RATING} (worst) to {MAX_RATING} (best).",
    ),
]
Quantity = Annotated[
    int, Meta(ge=1, le=MAX_QUANTITY, description=f"The number of pieces, from 1 to {MAX_QUANTITY:,}.")
]
CountedQuantity = Annotated[
    int,
    Meta(
        ge=0,
        le=MAX_QUANTITY,
        description=f"The number of pieces that were on the shelf, from 0 to {MAX_QUANTITY:,}.",
    ),
]
# In a form the time has no offset: form_payload puts it in the time zone of the site.
_TIME_RULES = (
    "A time in JSON needs a UTC offset, as in 2026-03-01T10:00:00Z, and cannot be in the future. "
    "Leave it out if it is now."
)
ReceivedAt = Annotated[
    datetime,
    Meta(tz=True, description=f"When the pieces arrived. {_TIME_RULES}", extra={CHECK: _in_future}),
]
ShippedAt = Annotated[
    datetime,
    Meta(tz=True, description=f"When the pieces left. {_TIME_RULES}", extra={CHECK: _in_future}),
]
CountedAt = Annotated[
    datetime,
    Meta(
        tz=True,
        description=f"When the shelf was counted. {_TIME_RULES}",
        extra={CHECK: _in_future},
    ),
]
