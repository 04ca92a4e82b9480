"""The ProductDisplay projection: how each event changes the row, and the document that is served."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec
import pytest

from events.contracts import DomainEvent
from events.projections.base import fold
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
from products_read.projections.product_display import ProductDisplayProjection, rating_in_hundredths
from tests.unit.read.folding import folded, recorded

ADDED = ProductAdded(
    sku="CH-1",
    name="Oak Chair",
    description="Solid.",
    unit_price=Decimal("12.50"),
    categories=["oak", "chairs"],
)


def document(*events: DomainEvent) -> dict[str, Any]:
    row = folded(ProductDisplayProjection(), ADDED, *events)
    shown: dict[str, Any] = msgspec.json.decode(row.document)
    return shown


def rated(user_id: int, rating: int, previous_rating: int | None = None) -> ProductRated:
    return ProductRated(user_id=user_id, rating=rating, previous_rating=previous_rating)


def test_document__of_a_new_product() -> None:
    assert folded(ProductDisplayProjection(), ADDED).document == (
        '{"id":7,"sku":"CH-1","name":"Oak Chair","description":"Solid.","unit_price":"12.50","currency":"EUR",'
        '"is_out_of_stock":true,"user_rating":null,"rating_count":0,"categories":["chairs","oak"],'
        '"related_product_ids":[],"discontinued":false,"version":1}'
    )


def test_document__keeps_any_character() -> None:
    name = 'Štůl „Øl“ 𝄞 </script> "quoted" \u2028'
    row = folded(ProductDisplayProjection(), msgspec.structs.replace(ADDED, name=name))
    assert msgspec.json.decode(row.document)["name"] == name


def test_details_changed__changes_the_fields_that_are_set() -> None:
    shown = document(ProductDetailsChanged(name="Ash Chair", categories=["ash"]))
    assert (shown["name"], shown["categories"]) == ("Ash Chair", ["ash"])
    assert (shown["sku"], shown["description"]) == ("CH-1", "Solid.")


def test_details_changed__null_sku_takes_it_away() -> None:
    shown = document(ProductDetailsChanged(sku=None, description=""))
    assert (shown["sku"], shown["description"], shown["name"]) == (None, "", "Oak Chair")


@pytest.mark.parametrize("price", ["0.00", "0.05", "9.99", "10.00", "99999999.99"])
def test_price_changed__shows_two_decimals(price: str) -> None:
    changed = ProductPriceChanged(unit_price=Decimal(price), previous_unit_price=Decimal("12.50"))
    assert document(changed)["unit_price"] == price


def test_discontinued__and_reinstated() -> None:
    assert document(ProductDiscontinued(reason="sold out"))["discontinued"] is True
    assert document(ProductDiscontinued(reason=""), ProductReinstated())["discontinued"] is False


def test_related__keeps_the_order_related() -> None:
    related = [ProductRelated(related_product_id=product_id) for product_id in (9, 3, 5)]
    assert document(*related)["related_product_ids"] == [9, 3, 5]
    assert document(*related, ProductUnrelated(related_product_id=3))["related_product_ids"] == [9, 5]
    again = [ProductUnrelated(related_product_id=9), ProductRelated(related_product_id=9)]
    assert document(*related, *again)["related_product_ids"] == [3, 5, 9]


def test_rated__is_the_mean() -> None:
    shown = document(rated(1, 5), rated(2, 4), rated(3, 4))
    assert (shown["user_rating"], shown["rating_count"]) == (4.33, 3)


def test_rated__again_replaces_the_users_rating() -> None:
    shown = document(rated(1, 1), rated(2, 4), rated(1, 5, previous_rating=1))
    assert (shown["user_rating"], shown["rating_count"]) == (4.5, 2)


def test_rating_withdrawn__leaves_the_others() -> None:
    shown = document(rated(1, 1), rated(2, 4), ProductRatingWithdrawn(user_id=1, previous_rating=1))
    assert (shown["user_rating"], shown["rating_count"]) == (4.0, 1)


def test_rating_withdrawn__the_last_leaves_none() -> None:
    row = folded(
        ProductDisplayProjection(), ADDED, rated(1, 1), ProductRatingWithdrawn(user_id=1, previous_rating=1)
    )
    assert msgspec.json.decode(row.document)["user_rating"] is None
    assert (row.rating_key, row.rating_key_ascending) == (-1, 501)


@pytest.mark.parametrize("left", [0, 3])
def test_stock_events__out_of_stock_is_none_left(left: int) -> None:
    out = left == 0
    assert document(InventoryAdded(quantity=3, quantity_after=left))["is_out_of_stock"] is out
    assert document(InventoryItemsShipped(quantity=3, quantity_after=left))["is_out_of_stock"] is out
    counted = InventoryRecounted(
        updated_quantity=3,
        counted_at=datetime(2024, 1, 1, tzinfo=UTC),
        moved_since=0,
        quantity_before=1,
        quantity_after=left,
    )
    assert document(counted)["is_out_of_stock"] is out


def test_sort_keys__follow_the_state() -> None:
    changed = ProductPriceChanged(unit_price=Decimal("0.07"), previous_unit_price=Decimal("12.50"))
    row = folded(ProductDisplayProjection(), ADDED, rated(1, 5), rated(2, 4), changed)
    keys = (row.name_key, row.unit_price_cents, row.rating_key, row.rating_key_ascending)
    assert keys == ("oak chair", 7, 450, 450)


def test_fold__in_two_parts_is_the_fold_of_all() -> None:
    events = [
        ADDED,
        rated(1, 5),
        InventoryAdded(quantity=3, quantity_after=3),
        rated(1, 2, previous_rating=5),
    ]
    projection = ProductDisplayProjection()
    first = fold(projection, projection.blank(7), recorded(7, events[:2]))
    both = fold(projection, first, recorded(7, events[2:], after_version=2))
    assert both.document == folded(projection, *events).document
    assert both.version == 4


def test_rating_in_hundredths__is_the_exact_mean_rounded_half_up() -> None:
    cent = Decimal("0.01")
    for count in range(1, 150):
        for total in range(count, 5 * count + 1):
            exact = (Decimal(total) / count).quantize(cent, ROUND_HALF_UP)
            assert rating_in_hundredths(total, count) == exact * 100
    assert rating_in_hundredths(0, 0) == -1


def test_rating_in_hundredths__floats_would_misround() -> None:
    """The negative control: the mean is computed with integers because of this."""
    assert round(33 / 8, 2) == 4.12
    assert rating_in_hundredths(33, 8) == 413


def test_user_rating__no_mean_drifts_as_json() -> None:
    for hundredths in range(100, 501):
        assert Decimal(msgspec.json.encode(hundredths / 100).decode()) == Decimal(hundredths) / 100
