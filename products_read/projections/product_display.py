"""The projection ProductDisplay: the effect of each event on the row."""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from msgspec import UNSET

from events.projections.base import ChildTable, Projection, on
from facts.inventory import InventoryAdded, InventoryItemsShipped, InventoryRecounted
from facts.product import (
    ProductAdded,
    ProductDetailsChanged,
    ProductDiscontinued,
    ProductPriceChanged,
    ProductRated,
    ProductRatingWithdrawn,
    ProductReinstated,
    ProductRelated,
    ProductUnrelated,
)
from products_read.documents.shapes import ProductDisplayDocument, rendered
from products_read.models import DisplayCategory, DisplayWord, ProductDisplay
from products_read.name_search import searchable_words, sort_key

UNRATED = -1
UNRATED_ASCENDING = 501  # sorts after the best rating, which is 500


def rating_in_hundredths(rating_sum: int, rating_count: int) -> int:
    """The mean rating in hundredths, rounded half up. UNRATED if there is no rating.

    It uses integers, because floats round some means the wrong way.
    """
    if not rating_count:
        return UNRATED
    return (200 * rating_sum + rating_count) // (2 * rating_count)


def in_cents(amount: Decimal) -> int:
    """`amount`, which has at most two decimals, in hundredths."""
    return int(amount.scaleb(2))


def _categories_of(row: ProductDisplay) -> list[tuple[object, ...]]:
    return [(slug, row.discontinued) for slug in row.categories]


def _words_of(row: ProductDisplay) -> list[tuple[object, ...]]:
    return [(word,) for word in searchable_words(row.name)]


class ProductDisplayProjection(Projection[ProductDisplay]):
    """Folds a product's events into its row of the catalogue."""

    name: ClassVar[str] = "product_display"
    version: ClassVar[int] = 1
    fingerprint: ClassVar[str] = "1a204330aef474ae"
    model = ProductDisplay
    document = ProductDisplayDocument
    children: ClassVar[tuple[ChildTable, ...]] = (
        ChildTable(DisplayCategory, ("slug", "discontinued"), _categories_of),
        ChildTable(DisplayWord, ("word",), _words_of),
    )

    @on(ProductAdded)
    def added(self, row: ProductDisplay, event: ProductAdded) -> None:
        row.sku = event.sku
        row.name = event.name
        row.description = event.description
        row.unit_price_cents = in_cents(event.unit_price)
        row.categories = sorted(event.categories)

    @on(ProductDetailsChanged)
    def details_changed(self, row: ProductDisplay, event: ProductDetailsChanged) -> None:
        if event.sku is not UNSET:
            row.sku = event.sku
        if event.name is not UNSET:
            row.name = event.name
        if event.description is not UNSET:
            row.description = event.description
        if event.categories is not UNSET:
            row.categories = sorted(event.categories)

    @on(ProductPriceChanged)
    def price_changed(self, row: ProductDisplay, event: ProductPriceChanged) -> None:
        row.unit_price_cents = in_cents(event.unit_price)

    @on(ProductDiscontinued)
    def product_discontinued(self, row: ProductDisplay, event: ProductDiscontinued) -> None:
        row.discontinued = True

    @on(ProductReinstated)
    def reinstated(self, row: ProductDisplay, event: ProductReinstated) -> None:
        row.discontinued = False

    @on(ProductRelated)
    def related(self, row: ProductDisplay, event: ProductRelated) -> None:
        row.related_product_ids = [*row.related_product_ids, event.related_product_id]

    @on(ProductUnrelated)
    def unrelated(self, row: ProductDisplay, event: ProductUnrelated) -> None:
        row.related_product_ids = [one for one in row.related_product_ids if one != event.related_product_id]

    @on(ProductRated)
    def rated(self, row: ProductDisplay, event: ProductRated) -> None:
        row.rating_sum += event.rating - (event.previous_rating or 0)
        row.rating_count += event.previous_rating is None

    @on(ProductRatingWithdrawn)
    def rating_withdrawn(self, row: ProductDisplay, event: ProductRatingWithdrawn) -> None:
        row.rating_sum -= event.previous_rating
        row.rating_count -= 1

    @on(InventoryAdded)
    def inventory_added(self, row: ProductDisplay, event: InventoryAdded) -> None:
        row.is_out_of_stock = event.quantity_after == 0

    @on(InventoryItemsShipped)
    def items_shipped(self, row: ProductDisplay, event: InventoryItemsShipped) -> None:
        row.is_out_of_stock = event.quantity_after == 0

    @on(InventoryRecounted)
    def recounted(self, row: ProductDisplay, event: InventoryRecounted) -> None:
        row.is_out_of_stock = event.quantity_after == 0

    def finish(self, row: ProductDisplay) -> None:
        rating = rating_in_hundredths(row.rating_sum, row.rating_count)
        row.name_key = sort_key(row.name)
        row.rating_key = rating
        row.rating_key_ascending = UNRATED_ASCENDING if rating == UNRATED else rating
        row.document = rendered(_document(row))


def _document(row: ProductDisplay) -> ProductDisplayDocument:
    return ProductDisplayDocument(
        id=row.id,
        sku=row.sku,
        name=row.name,
        description=row.description,
        unit_price=f"{row.unit_price_cents // 100}.{row.unit_price_cents % 100:02d}",
        currency=settings.CURRENCY,
        is_out_of_stock=row.is_out_of_stock,
        user_rating=None if row.rating_key == UNRATED else row.rating_key / 100,
        rating_count=row.rating_count,
        categories=row.categories,
        related_product_ids=row.related_product_ids,
        discontinued=row.discontinued,
        version=row.version,
    )
