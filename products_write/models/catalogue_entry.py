"""The part of a product that customers read, and how it changes."""

from collections.abc import Collection
from decimal import Decimal

from django.db import IntegrityError, models
from msgspec import UNSET, UnsetType

from events.log import Metadata, RecordedEvent
from facts.product import ProductDetailsChanged, ProductPriceChanged
from kernel.database import tables
from products_write.errors import SkuTaken
from products_write.models.category import Category, ProductCategory
from products_write.models.lifecycle import Lifecycle


class Catalogued(Lifecycle):
    """A product as customers read it: its details, categories and price."""

    sku = models.CharField("SKU", max_length=64, null=True, unique=True)  # noqa: DJ001 - NULL: without one, not unique
    name = models.CharField(max_length=200)
    description = models.TextField(max_length=10_000, blank=True)
    unit_price = models.DecimalField(max_digits=10, decimal_places=2)

    class Meta:
        abstract = True

    def change_details(
        self,
        *,
        sku: str | UnsetType | None = UNSET,
        name: str | UnsetType = UNSET,
        description: str | UnsetType = UNSET,
        categories: list[str] | UnsetType = UNSET,
    ) -> None:
        """Sets the given values; `categories` replaces all categories, and `sku` None takes the SKU away.

        Nothing happens when the product has all these values already. Raises SkuTaken.
        """
        columns = self._different(sku=sku, name=name, description=description)
        recategorised = categories is not UNSET and sorted(categories) != self.category_slugs()
        if not columns and not recategorised:
            return
        if columns.get("sku"):
            self._refuse_taken(columns["sku"])
        changed: dict[str, object] = dict(columns)
        if recategorised:
            assert categories is not UNSET
            changed["categories"] = sorted(categories)
            self._categorise(categories)
        self.record(ProductDetailsChanged(**changed), **columns)  # type: ignore[arg-type]

    def change_price(self, unit_price: Decimal) -> None:
        """Sets the price of one piece. Nothing happens when it is the same. Raises ProductIsDiscontinued."""
        self.refuse_if_discontinued()
        if unit_price == self.unit_price:
            return
        event = ProductPriceChanged(unit_price=unit_price, previous_unit_price=self.unit_price)
        self.record(event, unit_price=unit_price)

    def _different(self, **given: object) -> dict[str, object]:
        """The given values that the product does not have already."""
        return {
            name: value
            for name, value in given.items()
            if value is not UNSET and value != getattr(self, name)
        }

    def category_slugs(self) -> list[str]:
        """The slugs of the product's categories, sorted by code point on both databases."""
        return sorted(
            category.slug for category in Category.objects.filter(productcategory__product_id=self.id)
        )

    def _categorise(self, slugs: list[str]) -> None:
        links = ProductCategory.objects.filter(product_id=self.id)
        present = set(links.values_list("category__slug", flat=True))
        links.filter(category__slug__in=present - set(slugs)).delete()
        self._put_in(set(slugs) - present)

    def _put_in(self, slugs: Collection[str]) -> None:
        """Adds categories that the product is not in."""
        categories = Category.objects.with_slugs(slugs) if slugs else []
        tables.insert(
            ProductCategory, *({"product": self.id, "category": category.id} for category in categories)
        )

    def _refuse_taken(self, sku: object) -> None:
        if type(self)._default_manager.filter(sku=sku).exclude(id=self.id).exists():
            raise sku_taken(sku)

    def store(self, metadata: Metadata) -> list[RecordedEvent]:
        """Stores as every aggregate does. Raises SkuTaken too."""
        try:
            return super().store(metadata)
        except IntegrityError as error:
            # Two commands may both find the SKU free. The unique index gives it to one of them.
            if violates(error, "sku"):
                raise sku_taken(self.sku) from error
            raise


def sku_taken(sku: object) -> SkuTaken:
    """The refusal of a SKU that another product has."""
    return SkuTaken(f"Another product has the SKU {sku!r}. Choose another SKU, or none.")


def violates(error: IntegrityError, column: str) -> bool:
    """Whether the database refuses because another product has the same value in `column`."""
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is not None:  # PostgreSQL names the constraint, which Django names after table and column
        return str(diagnosis.constraint_name).startswith(f"products_write_product_{column}_")
    return str(error).endswith(f"products_write_product.{column}")
