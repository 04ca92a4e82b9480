"""The shapes that are served, field by field in the order of the contract."""

import msgspec


class ProductDisplayDocument(msgspec.Struct, frozen=True, kw_only=True):
    """`unit_price` in `currency`, with two decimals; `user_rating` is the mean of the ratings, or null."""

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
    """`current_stock` in units."""

    id: int
    sku: str | None
    name: str
    current_stock: int
    discontinued: bool
    version: int


_encoder = msgspec.json.Encoder()


def rendered(document: msgspec.Struct) -> str:
    """The JSON text that is stored and served."""
    return _encoder.encode(document).decode()
