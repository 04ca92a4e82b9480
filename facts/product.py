"""Facts about a product's catalogue entry and its ratings."""

from decimal import Decimal

from msgspec import UNSET, UnsetType

from events.contracts.base import DomainEvent
from events.contracts.registry import published


@published
class ProductAdded(DomainEvent, frozen=True, kw_only=True):
    """A product entered the catalogue. `unit_price` has two decimals; `categories` are slugs in sorted order."""

    type = "product.added"
    sku: str | None
    name: str
    description: str
    unit_price: Decimal
    categories: list[str]


@published
class ProductDetailsChanged(DomainEvent, frozen=True, kw_only=True):
    """The details that changed, with their new values; what is unset stayed as it was. A null `sku` is none."""

    type = "product.details_changed"
    sku: str | UnsetType | None = UNSET
    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    categories: list[str] | UnsetType = UNSET


@published
class ProductPriceChanged(DomainEvent, frozen=True, kw_only=True):
    type = "product.price_changed"
    unit_price: Decimal
    previous_unit_price: Decimal


@published
class ProductDiscontinued(DomainEvent, frozen=True, kw_only=True):
    type = "product.discontinued"
    reason: str


@published
class ProductReinstated(DomainEvent, frozen=True, kw_only=True):
    type = "product.reinstated"


@published
class ProductRelated(DomainEvent, frozen=True, kw_only=True):
    """This product now points to the other one; the other one does not point back."""

    type = "product.related"
    related_product_id: int


@published
class ProductUnrelated(DomainEvent, frozen=True, kw_only=True):
    type = "product.unrelated"
    related_product_id: int


@published
class ProductRated(DomainEvent, frozen=True, kw_only=True):
    """`rating` is 1 to 5; `previous_rating` is what the same user had given before, if anything."""

    type = "product.rated"
    user_id: int
    rating: int
    previous_rating: int | None


@published
class ProductRatingWithdrawn(DomainEvent, frozen=True, kw_only=True):
    type = "product.rating_withdrawn"
    user_id: int
    previous_rating: int
