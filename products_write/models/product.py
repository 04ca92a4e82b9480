"""The product: the aggregate that all commands are about."""

from decimal import Decimal
from typing import Any

from django.db import IntegrityError, models
from django.db.models import Q

from events.log import now
from facts.product import ProductAdded
from kernel.database import tables
from kernel.database.aliases import write_connection
from kernel.database.dialect import dialect_of
from kernel.database.hydration import hydrate, select
from products_write.errors import ProductIdTaken, ProductNotFound
from products_write.limits import MAX_PRODUCT_ID, MAX_UNIT_PRICE
from products_write.models.catalogue_entry import Catalogued, sku_taken, violates
from products_write.models.product_id import draw_product_id, pass_taken_ids
from products_write.models.rating import Rated
from products_write.models.relation import Related
from products_write.models.stock import Stocked, StockItem


class ProductManager(models.Manager["Product"]):
    """Locks products."""

    def lock(self, product_id: int, *, field: str = "product_id") -> "Product":
        """The product, locked until the transaction ends, with its `decided_at` (law 8).

        `field` is the command's field with the id. Raises ProductNotFound, which names this field.
        """
        connection = write_connection()
        by_id = f"{select(Product)} WHERE id = %s"
        found = dialect_of(connection).fetch_locked(connection, by_id, [product_id])
        if found is None:
            raise ProductNotFound(
                f"There is no product with the id {product_id}. Check {field}.", field=field
            )
        # The lock is taken before the clock is read, so that a later decision does not get an earlier time. The clock
        # itself may be set back, so the time is at least that of the product's last event.
        row, clock = found
        product = hydrate(Product, connection, row)
        product.decided_at = max(clock, product.recorded_at)
        return product


class Product(Catalogued, Related, Rated, Stocked):
    """Something that the shop sells. Every command locks the row, and `version` counts the events."""

    objects = ProductManager()

    class Meta:
        default_permissions = ("view",)
        constraints = (
            models.CheckConstraint(condition=Q(id__range=(1, MAX_PRODUCT_ID)), name="product_id_in_range"),
            models.CheckConstraint(condition=Q(version__gte=0), name="product_version_not_negative"),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="product_price_not_negative"),
            models.CheckConstraint(
                condition=Q(unit_price__lte=MAX_UNIT_PRICE), name="product_price_within_limit"
            ),
            models.CheckConstraint(condition=~Q(sku=""), name="product_sku_not_empty"),
            models.CheckConstraint(condition=~Q(name=""), name="product_name_not_empty"),
        )

    def __str__(self) -> str:
        return self.name

    @classmethod
    def add(
        cls,
        *,
        product_id: int | None,
        sku: str | None,
        name: str,
        description: str,
        unit_price: Decimal,
        categories: list[str],
    ) -> "Product":
        """A new product without stock. With `product_id` None the service chooses the id.

        Raises ProductIdTaken and SkuTaken.
        """
        row = {"sku": sku, "name": name, "description": description, "unit_price": unit_price}
        product = cls._inserted(product_id, row)
        tables.insert(StockItem, {"product": product.id, "quantity": 0})
        product._put_in(categories)
        product.record(ProductAdded(**row, categories=sorted(categories)))  # type: ignore[arg-type]
        return product

    @classmethod
    def _inserted(cls, product_id: int | None, row: dict[str, Any]) -> "Product":
        decided_at = now()
        product = cls(**row, version=0, recorded_at=decided_at)
        product.decided_at = decided_at
        if product_id is None:
            product._insert_with_free_id()
        elif not product._insert(product_id):
            raise ProductIdTaken(
                f"Another product has the id {product_id}. Choose another product_id, or leave it out."
            )
        return product

    def _insert_with_free_id(self) -> None:
        while not self._insert(drawn := draw_product_id()):
            pass_taken_ids(drawn)

    def _insert(self, product_id: int) -> bool:
        """Inserts the row. Returns False if another product has the id, even one that commits while this one waits."""
        self.id = product_id
        row = {field.name: getattr(self, field.name) for field in self._meta.local_concrete_fields}
        try:
            return tables.insert_if_absent(Product, row, unique=["id"], returning="id") is not None
        except IntegrityError as error:
            if violates(error, "sku"):
                raise sku_taken(self.sku) from error
            raise
