"""The projection ProductInventory: the effect of each event on the row."""

from typing import ClassVar

from msgspec import UNSET

from events.projections.base import ChildTable, Projection, on
from facts.inventory import InventoryAdded, InventoryItemsShipped, InventoryRecounted
from facts.product import ProductAdded, ProductDetailsChanged, ProductDiscontinued, ProductReinstated
from products_read.documents.shapes import ProductInventoryDocument, rendered
from products_read.models import InventoryWord, ProductInventory
from products_read.name_search import searchable_words


def _words_of(row: ProductInventory) -> list[tuple[object, ...]]:
    return [(word,) for word in searchable_words(row.name)]


class ProductInventoryProjection(Projection[ProductInventory]):
    """Folds a product's events into its row of the inventory."""

    name: ClassVar[str] = "product_inventory"
    version: ClassVar[int] = 1
    fingerprint: ClassVar[str] = "52045f998977f509"
    model = ProductInventory
    document = ProductInventoryDocument
    children: ClassVar[tuple[ChildTable, ...]] = (ChildTable(InventoryWord, ("word",), _words_of),)

    @on(ProductAdded)
    def added(self, row: ProductInventory, event: ProductAdded) -> None:
        row.sku = event.sku
        row.name = event.name

    @on(ProductDetailsChanged)
    def details_changed(self, row: ProductInventory, event: ProductDetailsChanged) -> None:
        if event.sku is not UNSET:
            row.sku = event.sku
        if event.name is not UNSET:
            row.name = event.name

    @on(ProductDiscontinued)
    def product_discontinued(self, row: ProductInventory, event: ProductDiscontinued) -> None:
        row.discontinued = True

    @on(ProductReinstated)
    def reinstated(self, row: ProductInventory, event: ProductReinstated) -> None:
        row.discontinued = False

    @on(InventoryAdded)
    def inventory_added(self, row: ProductInventory, event: InventoryAdded) -> None:
        row.current_stock = event.quantity_after

    @on(InventoryItemsShipped)
    def items_shipped(self, row: ProductInventory, event: InventoryItemsShipped) -> None:
        row.current_stock = event.quantity_after

    @on(InventoryRecounted)
    def recounted(self, row: ProductInventory, event: InventoryRecounted) -> None:
        row.current_stock = event.quantity_after

    def finish(self, row: ProductInventory) -> None:
        row.document = rendered(
            ProductInventoryDocument(
                id=row.id,
                sku=row.sku,
                name=row.name,
                current_stock=row.current_stock,
                discontinued=row.discontinued,
                version=row.version,
            )
        )
