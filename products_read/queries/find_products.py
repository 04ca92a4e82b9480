"""The list of the catalogue: products that match all filters, page by page."""

from decimal import Decimal
from math import ceil
from typing import Literal

from msgspec import UNSET

from products_read.documents.shapes import ProductDisplayDocument
from products_read.models import DisplayCategory, DisplayWord, ProductDisplay
from products_read.queries.conditions import name_matches
from products_read.queries.definition import Access, PageQuery, answers
from products_read.queries.keyset import Condition, Cursor, Listing, Ordering, Page, read_page
from products_read.queries.parameter_types import (
    Flag,
    MeanRating,
    NameFilter,
    PageSize,
    Price,
    SkuFilter,
    SlugFilter,
)

OrderingName = Literal[
    "id", "-id", "name", "-name", "unit_price", "-unit_price", "user_rating", "-user_rating"
]
ORDERINGS: dict[OrderingName, Ordering] = {
    "id": Ordering(("id",)),
    "-id": Ordering(("id",), descending=True),
    "name": Ordering(("name_key", "id")),
    "-name": Ordering(("name_key", "id"), descending=True),
    "unit_price": Ordering(("unit_price_cents", "id")),
    "-unit_price": Ordering(("unit_price_cents", "id"), descending=True),
    "user_rating": Ordering(("rating_key_ascending", "id")),
    "-user_rating": Ordering(("rating_key", "id"), descending=True),
}
_IN_CATEGORY = f"id IN (SELECT product_id FROM {DisplayCategory._meta.db_table} WHERE slug = %s)"


class FindProducts(PageQuery, frozen=True, kw_only=True):
    """Products that match all filters. Each word of `name` must begin a word of the product's name, in any case."""

    address = "products/"
    url_name = "products"
    access = Access.PUBLIC
    read_model = ProductDisplay
    document = ProductDisplayDocument
    example = "name=tea&min_rating=4&ordering=-user_rating"

    name: NameFilter = UNSET
    sku: SkuFilter = UNSET
    category: SlugFilter = UNSET
    min_price: Price = UNSET
    max_price: Price = UNSET
    min_rating: MeanRating = UNSET
    in_stock: Flag = UNSET
    include_discontinued: bool = False
    ordering: OrderingName = "id"
    page_size: PageSize = 20


@answers(FindProducts)
def find_products(query: FindProducts, cursor: Cursor) -> Page:
    """The page of matching products that begins at `cursor`."""
    listing = Listing(
        ProductDisplay,
        ORDERINGS[query.ordering],
        _conditions(query),
        query.include_discontinued,
        query.page_size,
    )
    return read_page(listing, cursor)


def _conditions(query: FindProducts) -> list[Condition]:
    found = name_matches(query.name, DisplayWord) if query.name else []
    if query.sku:
        found.append(Condition("sku = %s", (query.sku,)))
    if query.category:
        found.append(Condition(_IN_CATEGORY, (query.category,)))
    if query.min_price:
        found.append(Condition("unit_price_cents >= %s", (_cents(query.min_price),)))
    if query.max_price:
        found.append(Condition("unit_price_cents <= %s", (_cents(query.max_price),)))
    if query.min_rating:
        found.append(Condition("rating_key >= %s", (_hundredths(query.min_rating),)))
    if query.in_stock is not UNSET:
        found.append(Condition("NOT is_out_of_stock" if query.in_stock else "is_out_of_stock"))
    return found


def _cents(amount: str) -> int:
    return int(Decimal(amount).scaleb(2))


def _hundredths(rating: float) -> int:
    """The smallest mean in hundredths that is not below `rating`."""
    # Rounded first, because a float product such as 1.1 * 100 is a little more than 110.
    return ceil(round(rating * 100, 6))
