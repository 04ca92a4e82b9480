"""If-Match: each command conflicts with exactly the events since then that the table below names."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from kernel.actor import SYSTEM
from kernel.errors import ServiceError
from products_write.bus.dispatch import send
from products_write.bus.envelope import Envelope
from tests.support.deciding import added, nothing_changes, sent

pytestmark = pytest.mark.django_db

OWN, OTHER = "own", "other"  # the user of the rating
COUNTED = {"counted_at": "2026-01-01T00:00:00Z"}
LIFECYCLE = {"product.discontinued", "product.reinstated"}
RELATIONS = LIFECYCLE | {"product.related", "product.unrelated"}
RATINGS = {"product.rated by own", "product.rating_withdrawn by own", "product.discontinued"}
INVENTORY = {"inventory.added", "inventory.items_shipped", "inventory.recounted"}

CONFLICTS: list[tuple[str, dict[str, Any], set[str]]] = [
    ("change-product-details", {"name": "Kettle"}, {"product.details_changed"} | LIFECYCLE),
    ("change-price", {"unit_price": "2.00"}, {"product.price_changed"} | LIFECYCLE),
    ("discontinue-product", {}, LIFECYCLE),
    ("reinstate-product", {}, LIFECYCLE),
    ("relate-products", {"related_product_id": 8}, RELATIONS),
    ("unrelate-products", {"related_product_id": 8}, RELATIONS),
    ("rate-product", {"rating": 3, "user_id": OWN}, RATINGS),
    ("withdraw-rating", {"user_id": OWN}, RATINGS),
    ("add-to-inventory", {"quantity": 1}, set()),
    ("confirm-items-shipped", {"quantity": 1}, set()),
    ("update-stock-from-inventory-recount", {"updated_quantity": 9}, INVENTORY),
    ("update-stock-from-inventory-recount", {"updated_quantity": 9} | COUNTED, {"inventory.recounted"}),
]

HAPPENS: dict[str, tuple[str, dict[str, Any]]] = {
    "product.details_changed": ("change-product-details", {"description": "Blue"}),
    "product.price_changed": ("change-price", {"unit_price": "3.00"}),
    "product.discontinued": ("discontinue-product", {}),
    "product.reinstated": ("reinstate-product", {}),
    "product.related": ("relate-products", {"related_product_id": 9}),
    "product.unrelated": ("unrelate-products", {"related_product_id": 8}),
    "product.rated by own": ("rate-product", {"rating": 1, "user_id": OWN}),
    "product.rated by other": ("rate-product", {"rating": 1, "user_id": OTHER}),
    "product.rating_withdrawn by own": ("withdraw-rating", {"user_id": OWN}),
    "product.rating_withdrawn by other": ("withdraw-rating", {"user_id": OTHER}),
    "inventory.added": ("add-to-inventory", {"quantity": 1}),
    "inventory.items_shipped": ("confirm-items-shipped", {"quantity": 1}),
    "inventory.recounted": ("update-stock-from-inventory-recount", {"updated_quantity": 7}),
}


class Shop:
    """Makes products with stock, ratings by both users and a relation, so that each event can follow."""

    def __init__(self, own: User, other: User) -> None:
        self.users = {OWN: own.pk, OTHER: other.pk}
        for product_id in (8, 9):
            added(product_id=product_id)

    def product(self, *, discontinued: bool) -> tuple[int, int]:
        """The id and version of a new product."""
        product_id = added()
        self.sent("add-to-inventory", product_id, {"quantity": 50})
        self.sent("relate-products", product_id, {"related_product_id": 8})
        for user in (OWN, OTHER):
            self.sent("rate-product", product_id, {"rating": 5, "user_id": user})
        if discontinued:
            self.sent("discontinue-product", product_id, {})
        return product_id, 6 if discontinued else 5

    def sent(self, name: str, product_id: int, fields: dict[str, Any]) -> Any:
        return sent(name, product_id=product_id, **self.named(fields))

    def named(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The fields with the ids of the users in place of OWN and OTHER."""
        return fields | {key: self.users[fields[key]] for key in ("user_id",) if key in fields}


@pytest.fixture
def shop(user: User, superuser: User) -> Shop:
    return Shop(user, superuser)


def refusal_of(
    shop: Shop, name: str, fields: dict[str, Any], product_id: int, seen: int
) -> ServiceError | None:
    body = {"product_id": product_id, **shop.named(fields)}
    try:
        send(Envelope.of(name, body, actor=SYSTEM, expected_version=seen))
    except ServiceError as refusal:
        return refusal
    return None


@pytest.mark.parametrize(("name", "fields", "conflicting"), CONFLICTS)
def test_expected_version__conflicts_with_the_events_of_the_table(
    shop: Shop, name: str, fields: dict[str, Any], conflicting: set[str]
) -> None:
    found = set()
    for happening, (cause, about) in HAPPENS.items():
        product_id, seen = shop.product(discontinued=happening == "product.reinstated")
        (event,) = shop.sent(cause, product_id, about).events
        assert event.type == happening.partition(" ")[0]
        refusal = refusal_of(shop, name, fields, product_id, seen)
        if refusal is not None and refusal.code == "version_conflict":
            found.add(happening)
            assert refusal.members == {
                "current_version": seen + 1,
                "conflicting_events": [{"type": event.type, "version": seen + 1}],
            }
    assert found == conflicting


def test_expected_version__names_only_the_conflicting_ones_of_many(shop: Shop) -> None:
    product_id, seen = shop.product(discontinued=False)
    for happening in ("inventory.added", "product.price_changed", "product.rated by own"):
        cause, about = HAPPENS[happening]
        shop.sent(cause, product_id, about)
    refusal = refusal_of(shop, "change-price", {"unit_price": "9.00"}, product_id, seen)
    assert refusal is not None
    assert refusal.members == {
        "current_version": seen + 3,
        "conflicting_events": [{"type": "product.price_changed", "version": seen + 2}],
    }


@pytest.mark.parametrize("tag", ['"{seen}"', '"{seen}-0f3a"'])
def test_if_match__lets_a_price_change_pass_over_ratings_and_shipments(
    shop: Shop, superuser_client: APIClient, tag: str
) -> None:
    product_id, seen = shop.product(discontinued=False)
    for happening in ("product.rated by other", "inventory.items_shipped"):
        shop.sent(HAPPENS[happening][0], product_id, HAPPENS[happening][1])
    answer = superuser_client.post(
        "/api/v1/commands/change-price/",
        {"product_id": product_id, "unit_price": "9.00"},
        format="json",
        headers={"If-Match": tag.format(seen=seen)},
    )
    assert answer.status_code == 200


def test_if_match__of_a_version_before_another_price_is_412_and_names_it(
    shop: Shop, superuser_client: APIClient
) -> None:
    product_id, seen = shop.product(discontinued=False)
    shop.sent("change-price", product_id, {"unit_price": "3.00"})
    with nothing_changes():
        answer = superuser_client.post(
            "/api/v1/commands/change-price/",
            {"product_id": product_id, "unit_price": "9.00"},
            format="json",
            headers={"If-Match": f'"{seen}"'},
        )
    assert (answer.status_code, answer.json()["code"]) == (412, "version_conflict")
    assert answer.json()["current_version"] == seen + 1
    assert answer.json()["conflicting_events"] == [{"type": "product.price_changed", "version": seen + 1}]
