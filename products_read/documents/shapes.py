"""The fields of the served documents, in the order in which they are served."""

import msgspec


class ProductDisplayDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A product as customers see it.

    `unit_price` is in `currency` and has two decimals. `user_rating` is the mean of the ratings, or null.
    """

    id: int
    sku: str | None
    name: str
    description: str
    unit_price: str
    currency: str
    is_out_of_stock: bool
    user_rating: float | None
    rating_count: int
    categories: list[str]
    related_product_ids: list[int]
    discontinued: bool
    version: int


class ProductInventoryDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A product as the warehouse sees it. `current_stock` is in units."""

    id: int
    sku: str | None
    name: str
    current_stock: int
    discontinued: bool
    version: int


_encoder = msgspec.json.Encoder()


def rendered(document: msgspec.Struct) -> str:
    """The JSON text of `document`, which is stored and served."""
    return _encoder.encode(document).decode()
