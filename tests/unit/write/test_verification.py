"""The write tables are the fold of the log: the fold and a load give equal states."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from events.contracts import DomainEvent
from events.contracts.registry import REGISTRY
from events.log import read_stream
from products_write.models import Product, Rating, StockItem, StockMovement
from products_write.verification import ProductWriteModel, ReplayedProduct
from tests.support.deciding import added, at, sent, state_of

pytestmark = pytest.mark.django_db


def a_busy_product(user: User) -> int:
    """The id of a product with at least one event of each kind."""
    product_id = added(sku="T-1", categories=["tea", "gifts"])
    others = [added(), added()]
    commands: list[tuple[str, dict[str, Any]]] = [
        ("change-product-details", {"name": "Pot", "categories": ["tea"], "sku": None}),
        ("change-price", {"unit_price": "9.99"}),
        *(("relate-products", {"related_product_id": other}) for other in reversed(others)),
        ("unrelate-products", {"related_product_id": others[0]}),
        ("relate-products", {"related_product_id": others[0]}),
        ("rate-product", {"user_id": user.pk, "rating": 5}),
        ("rate-product", {"user_id": user.pk, "rating": 2}),
        ("add-to-inventory", {"quantity": 9}),
        (
            "update-stock-from-inventory-recount",
            {"updated_quantity": 8, "counted_at": "2026-02-01T00:00:00Z"},
        ),
        ("confirm-items-shipped", {"quantity": 3}),
        ("confirm-items-shipped", {"quantity": 3, "shipped_at": "2026-01-01T00:00:00Z"}),
        ("discontinue-product", {"reason": "Old."}),
        ("withdraw-rating", {"user_id": user.pk}),
        ("reinstate-product", {}),
        ("rate-product", {"user_id": user.pk, "rating": 3}),
    ]
    for name, body in commands:
        sent(name, product_id=product_id, **body)
    return product_id


def test_fold__equals_the_tables(user: User) -> None:
    product_id = a_busy_product(user)
    folded = ProductWriteModel().fold(read_stream(product_id))
    assert folded == state_of(product_id)
    assert (folded["stock"], folded["version"]) == (14, 17)
    assert {recorded.type for recorded in read_stream(product_id)} == set(REGISTRY)
    assert folded["ratings"] == {user.pk: 3}


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Product, {"name": "Forged"}),
        (Product, {"version": 99}),
        (Product, {"discontinued": True}),
        (StockItem, {"quantity": 1}),
        (StockItem, {"last_counted_at": None}),
        (StockMovement, {"quantity": 1}),
        (StockMovement, {"effective_at": at("10:00")}),
        (Rating, {"rating": 1}),
    ],
)
def test_load__shows_a_change_that_no_event_explains(user: User, model: Any, change: dict[str, Any]) -> None:
    product_id = a_busy_product(user)
    model.objects.all().update(**change)
    assert ProductWriteModel().fold(read_stream(product_id)) != state_of(product_id)


def test_product_ids__are_ascending_pages() -> None:
    for product_id in (5, 3, 9):
        added(product_id=product_id)
    assert ProductWriteModel().product_ids(0, 2) == [3, 5]
    assert ProductWriteModel().product_ids(5, 2) == [9]


def test_fold__refuses_an_event_that_it_does_not_know() -> None:
    class ProductPainted(DomainEvent):
        type = "product.painted"

    with pytest.raises(TypeError):
        ReplayedProduct().on(ProductPainted())
