"""Facts about a product's catalogue entry and its ratings."""

from decimal import Decimal

from msgspec import UNSET, UnsetType

from events.contracts.base import DomainEvent
from events.contracts.registry import published


@published
class ProductAdded(DomainEvent, frozen=True, kw_only=True):
    """A product was added to the catalogue. `unit_price` has two decimals. `categories` are slugs in sorted order."""

    type = "product.added"
    sku: str | None
    name: str
    description: str
    unit_price: Decimal
    categories: list[str]


@published
class ProductDetailsChanged(DomainEvent, frozen=True, kw_only=True):
    """Details of a product changed. Each field has its new value. A field that is absent did not change.

    A null `sku` means that the product now has no SKU.
    """

    type = "product.details_changed"
    sku: str | UnsetType | None = UNSET
    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    categories: list[str] | UnsetType = UNSET


@published
class ProductPriceChanged(DomainEvent, frozen=True, kw_only=True):
    """The price of one unit changed. Both prices have two decimals."""

    type = "product.price_changed"
    unit_price: Decimal
    previous_unit_price: Decimal


@published
class ProductDiscontinued(DomainEvent, frozen=True, kw_only=True):
    """The product was taken out of the range. `reason` is text for people."""

    type = "product.discontinued"
    reason: str


@published
class ProductReinstated(DomainEvent, frozen=True, kw_only=True):
    """The discontinued product is back in the range."""

    type = "product.reinstated"


@published
class ProductRelated(DomainEvent, frozen=True, kw_only=True):
    """This product now points to the other product. The other product does not point back because of it."""

    type = "product.related"
    related_product_id: int


@published
class ProductUnrelated(DomainEvent, frozen=True, kw_only=True):
    """This product no longer points to the other product."""

    type = "product.unrelated"
    related_product_id: int


@published
class ProductRated(DomainEvent, frozen=True, kw_only=True):
    """A user rated the product with 1 to 5. `previous_rating` is that user's rating before this one, or null."""

    type = "product.rated"
    user_id: int
    rating: int
    previous_rating: int | None


@published
class ProductRatingWithdrawn(DomainEvent, frozen=True, kw_only=True):
    """A user withdrew their rating. `previous_rating` is the rating that no longer counts."""

    type = "product.rating_withdrawn"
    user_id: int
    previous_rating: int
