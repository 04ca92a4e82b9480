"""Stock: additions, shipments and recounts."""

from datetime import timedelta

import pytest

from facts.inventory import InventoryAdded, InventoryItemsShipped, InventoryRecounted
from products_write.errors import (
    InsufficientStock,
    ProductIsDiscontinued,
    RecountContradicted,
    RecountOutdated,
    StockLimit,
)
from products_write.limits import MAX_STOCK
from products_write.models import StockItem, StockMovement
from tests.support.deciding import added, at, decided, locked, state_of, stored

pytestmark = pytest.mark.django_db


def stock_of(product_id: int) -> int:
    return StockItem.objects.get(product_id=product_id).quantity


def counted(product_id: int, quantity: int, counted_at: str, *, now: str = "23:00") -> None:
    product = locked(product_id, decides_at=at(now))
    product.update_stock_from_inventory_recount(quantity, counted_at=at(counted_at))
    stored(product)


def shipped(product_id: int, quantity: int, shipped_at: str | None = None, *, now: str = "23:00") -> None:
    product = locked(product_id, decides_at=at(now))
    product.confirm_items_shipped(quantity, shipped_at=at(shipped_at) if shipped_at else None)
    stored(product)


def received(product_id: int, quantity: int, received_at: str | None = None, *, now: str = "23:00") -> None:
    product = locked(product_id, decides_at=at(now))
    product.add_to_inventory(quantity, received_at=at(received_at) if received_at else None)
    stored(product)


def test_add_to_inventory__raises_stock_and_says_so() -> None:
    product = locked(added())
    product.add_to_inventory(5)
    assert decided(product) == [InventoryAdded(quantity=5, quantity_after=5)]
    assert stock_of(product.id) == 5


def test_add_to_inventory__without_time_is_effective_when_decided() -> None:
    product = locked(added(), decides_at=at("10:00"))
    product.add_to_inventory(5)
    assert product.pending[0].effective_at == at("10:00")
    assert StockMovement.objects.get().effective_at == at("10:00")


def test_add_to_inventory__refuses_a_discontinued_product() -> None:
    product = locked(added())
    product.discontinue(reason="")
    with pytest.raises(ProductIsDiscontinued):
        product.add_to_inventory(5)
    assert stock_of(product.id) == 0


def test_add_to_inventory__refuses_more_than_the_limit() -> None:
    product_id = added()
    StockItem.objects.filter(product_id=product_id).update(quantity=MAX_STOCK - 4)
    product = locked(product_id)
    with pytest.raises(StockLimit):
        product.add_to_inventory(5)
    assert stock_of(product_id) == MAX_STOCK - 4
    product.add_to_inventory(4)
    assert stock_of(product_id) == MAX_STOCK


def test_ship__lowers_stock_down_to_none() -> None:
    product_id = added()
    received(product_id, 5)
    product = locked(product_id)
    product.confirm_items_shipped(5)
    assert decided(product) == [InventoryItemsShipped(quantity=5, quantity_after=0)]
    assert stock_of(product_id) == 0


def test_ship__refuses_more_than_there_is_and_names_the_stock() -> None:
    product_id = added()
    received(product_id, 5)
    product = locked(product_id)
    with pytest.raises(InsufficientStock) as caught:
        product.confirm_items_shipped(6)
    assert caught.value.members == {"current_stock": 5}
    assert stock_of(product_id) == 5
    assert decided(product) == []


def test_ship__a_discontinued_product_is_sold_off() -> None:
    product_id = added()
    received(product_id, 5)
    product = locked(product_id)
    product.discontinue(reason="")
    product.confirm_items_shipped(2)
    assert stock_of(product_id) == 3


def test_ship__effective_before_an_earlier_delivery_still_counts_without_a_recount() -> None:
    product_id = added()
    received(product_id, 10, "10:00")
    shipped(product_id, 4, "09:00")
    assert stock_of(product_id) == 6


def test_ship__a_time_ahead_of_the_databases_clock_is_now() -> None:
    product_id = added()
    received(product_id, 10)
    product = locked(product_id, decides_at=at("10:00"))
    product.confirm_items_shipped(1, shipped_at=at("10:00") + timedelta(milliseconds=3))
    assert product.pending[0].effective_at == at("10:00")


def test_recount__shipments_after_the_count_are_taken_off() -> None:
    product_id = added()
    received(product_id, 100, "08:00")
    shipped(product_id, 7, "12:00")
    product = locked(product_id, decides_at=at("13:00"))
    product.update_stock_from_inventory_recount(90, counted_at=at("11:00"))
    assert decided(product) == [
        InventoryRecounted(
            updated_quantity=90,
            counted_at=at("11:00"),
            moved_since=-7,
            quantity_before=93,
            quantity_after=83,
        )
    ]
    assert product.pending[0].effective_at == at("11:00")
    assert stock_of(product_id) == 83


def test_recount__a_movement_at_its_very_moment_has_been_seen() -> None:
    product_id = added()
    received(product_id, 10, "11:00")
    counted(product_id, 10, "11:00")
    assert stock_of(product_id) == 10


def test_ship__confirmed_late_leaves_the_stock_as_counted() -> None:
    product_id = added()
    received(product_id, 10, "08:00")
    counted(product_id, 6, "11:00")
    shipped(product_id, 4, "10:00")
    assert stock_of(product_id) == 6
    assert [moved for moved, _ in state_of(product_id)["movements"].values()] == [10, -4]


def test_ship__confirmed_late_needs_no_stock() -> None:
    product_id = added()
    received(product_id, 4, "08:00")
    counted(product_id, 0, "11:00")
    shipped(product_id, 4, "10:00")
    assert stock_of(product_id) == 0


def test_ship__confirmed_late_but_after_the_count_is_taken_off() -> None:
    product_id = added()
    received(product_id, 10, "08:00")
    counted(product_id, 6, "11:00")
    shipped(product_id, 4, "11:01")
    assert stock_of(product_id) == 2


def test_receive__confirmed_late_leaves_the_stock_as_counted() -> None:
    product_id = added()
    counted(product_id, 6, "11:00")
    received(product_id, 4, "10:59")
    assert stock_of(product_id) == 6


def test_ship__without_time_is_after_the_count_even_at_its_moment() -> None:
    product_id = added()
    received(product_id, 10, "08:00")
    counted(product_id, 10, "11:00", now="11:00")
    shipped(product_id, 4, now="11:00")
    assert stock_of(product_id) == 6


def test_recount__a_later_one_includes_late_movements_before_it() -> None:
    product_id = added()
    received(product_id, 10, "08:00")
    counted(product_id, 8, "11:00")
    shipped(product_id, 2, "10:00")  # confirmed late: the first count did not include it
    shipped(product_id, 3, "12:00")
    counted(product_id, 8, "11:30")
    assert stock_of(product_id) == 5


def test_recount__counted_before_the_latest_is_outdated() -> None:
    product_id = added()
    counted(product_id, 8, "11:00")
    product = locked(product_id, decides_at=at("23:00"))
    with pytest.raises(RecountOutdated):
        product.update_stock_from_inventory_recount(9, counted_at=at("10:59"))
    assert stock_of(product_id) == 8
    assert decided(product) == []


def test_recount__at_the_moment_of_the_latest_replaces_it() -> None:
    product_id = added()
    counted(product_id, 8, "11:00")
    counted(product_id, 9, "11:00")
    assert stock_of(product_id) == 9


def test_recount__that_movements_since_contradict_is_refused() -> None:
    product_id = added()
    received(product_id, 10, "08:00")
    shipped(product_id, 5, "12:00")
    product = locked(product_id, decides_at=at("13:00"))
    with pytest.raises(RecountContradicted) as caught:
        product.update_stock_from_inventory_recount(4, counted_at=at("11:00"))
    assert caught.value.members == {"moved_since": -5}
    assert stock_of(product_id) == 5


def test_recount__of_exactly_the_shipped_quantity_leaves_nothing() -> None:
    product_id = added()
    received(product_id, 10, "08:00")
    shipped(product_id, 5, "12:00")
    counted(product_id, 5, "11:00")
    assert stock_of(product_id) == 0


def test_recount__without_time_takes_the_count_as_it_is() -> None:
    product_id = added()
    received(product_id, 10)
    product = locked(product_id, decides_at=at("13:00"))
    product.update_stock_from_inventory_recount(7)
    (event,) = decided(product)
    assert isinstance(event, InventoryRecounted)
    assert (event.moved_since, event.quantity_after, event.counted_at) == (0, 7, at("13:00"))


def test_recount__of_the_same_quantity_is_an_event_all_the_same() -> None:
    product = locked(added())
    product.update_stock_from_inventory_recount(0)
    assert len(product.pending) == 1


def test_recount__of_a_discontinued_product_is_taken() -> None:
    product = locked(added())
    product.discontinue(reason="")
    product.update_stock_from_inventory_recount(3)
    assert stock_of(product.id) == 3


def test_recount__beyond_the_limit_with_the_movements_since_is_refused() -> None:
    product_id = added()
    received(product_id, 1, "12:00")
    product = locked(product_id, decides_at=at("13:00"))
    with pytest.raises(StockLimit):
        product.update_stock_from_inventory_recount(MAX_STOCK, counted_at=at("11:00"))
    assert (stock_of(product_id), decided(product)) == (1, [])
    product.update_stock_from_inventory_recount(MAX_STOCK - 1, counted_at=at("11:00"))
    assert stock_of(product_id) == MAX_STOCK


def test_recount__adds_all_large_movements_since() -> None:
    product_id = added()
    received(product_id, 4, "12:00")
    product = locked(product_id, decides_at=at("13:00"))
    with pytest.raises(StockLimit):
        product.update_stock_from_inventory_recount(MAX_STOCK - 3, counted_at=at("11:00"))
    assert stock_of(product_id) == 4
    product.update_stock_from_inventory_recount(MAX_STOCK - 4, counted_at=at("11:00"))
    assert stock_of(product_id) == MAX_STOCK
