"""The ProductInventory projection: how each event changes the row, and the document that is served."""

from datetime import UTC, datetime
from decimal import Decimal

from facts.inventory import InventoryAdded, InventoryItemsShipped, InventoryRecounted
from facts.product import (
    ProductAdded,
    ProductDetailsChanged,
    ProductDiscontinued,
    ProductRated,
    ProductReinstated,
)
from products_read.projections.product_inventory import ProductInventoryProjection
from tests.unit.read.folding import folded

ADDED = ProductAdded(sku=None, name="Oak Chair", description="", unit_price=Decimal("12.50"), categories=[])


def test_document__of_a_new_product() -> None:
    assert folded(ProductInventoryProjection(), ADDED).document == (
        '{"id":7,"sku":null,"name":"Oak Chair","current_stock":0,"discontinued":false,"version":1}'
    )


def test_stock_events__stock_is_the_quantity_after_the_event() -> None:
    added = InventoryAdded(quantity=10, quantity_after=10)
    shipped = InventoryItemsShipped(quantity=3, quantity_after=7)
    late = InventoryItemsShipped(quantity=2, quantity_after=7)
    counted = InventoryRecounted(
        updated_quantity=5,
        counted_at=datetime(2024, 1, 1, tzinfo=UTC),
        moved_since=-1,
        quantity_before=7,
        quantity_after=4,
    )
    stock = [
        folded(ProductInventoryProjection(), ADDED, *events).current_stock
        for events in ([added], [added, shipped], [added, shipped, late], [added, shipped, late, counted])
    ]
    assert stock == [10, 7, 7, 4]


def test_details_changed__changes_the_fields_that_are_set() -> None:
    row = folded(ProductInventoryProjection(), ADDED, ProductDetailsChanged(sku="CH-1"))
    assert (row.sku, row.name) == ("CH-1", "Oak Chair")
    row = folded(
        ProductInventoryProjection(), ADDED, ProductDetailsChanged(name="Ash Chair", description="x")
    )
    assert (row.sku, row.name) == (None, "Ash Chair")


def test_discontinued__and_reinstated() -> None:
    ended = ProductDiscontinued(reason="")
    assert folded(ProductInventoryProjection(), ADDED, ended).discontinued is True
    assert folded(ProductInventoryProjection(), ADDED, ended, ProductReinstated()).discontinued is False


def test_other_events__move_the_version_alone() -> None:
    before = folded(ProductInventoryProjection(), ADDED)
    rated = folded(
        ProductInventoryProjection(), ADDED, ProductRated(user_id=1, rating=5, previous_rating=None)
    )
    assert rated.version == 2
    assert rated.document == before.document.replace('"version":1', '"version":2')
