"""The fields of the served documents, in the order in which they are served. The API's schema is made from them."""

from typing import Annotated

import msgspec
from msgspec import Meta

Id = Annotated[int, Meta(ge=1)]
Count = Annotated[int, Meta(ge=0)]
Version = Annotated[int, Meta(ge=1)]
Amount = Annotated[
    str, Meta(extra_json_schema={"format": "decimal", "pattern": r"^-?\d{0,8}(?:\.\d{0,2})?$"})
]


class ProductDisplayDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A product as customers see it.

    `unit_price` is in `currency` and has two decimals. `user_rating` is the mean of all ratings, or null without
    ratings.
    """

    id: Id
    sku: str | None
    name: str
    description: str
    unit_price: Amount
    currency: str
    is_out_of_stock: bool
    user_rating: Annotated[float, Meta(ge=1, le=5, extra_json_schema={"format": "double"})] | None
    rating_count: Count
    categories: list[str]
    related_product_ids: list[Id]
    discontinued: bool
    version: Version


class ProductInventoryDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A product as the warehouse sees it. `current_stock` is in units."""

    id: Id
    sku: str | None
    name: str
    current_stock: Count
    discontinued: bool
    version: Version


class CategoryDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A category, and the number of its products that are not discontinued."""

    slug: str
    product_count: Annotated[int, Meta(ge=1)]


_encoder = msgspec.json.Encoder()


def rendered(document: msgspec.Struct) -> str:
    """The JSON text of `document`, which is stored and served."""
    return _encoder.encode(document).decode()
