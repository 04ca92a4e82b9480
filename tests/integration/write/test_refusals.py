"""Every refusal that a command declares can happen, and a refusal that it does not declare is noticed."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings
from structlog.testing import capture_logs

from kernel.actor import SYSTEM, Actor
from kernel.errors import ServiceError
from products_write import errors
from products_write.bus.dispatch import send
from products_write.bus.envelope import Envelope
from products_write.bus.refusals import UndeclaredRefusal
from products_write.commands import COMMANDS
from products_write.commands.confirm_items_shipped import ConfirmItemsShipped
from products_write.limits import MAX_QUANTITY, MAX_RELATIONS, MAX_STOCK
from products_write.models import StockItem, stock
from tests.support.deciding import added, nothing_changes, refused, sent

pytestmark = pytest.mark.django_db

NOBODY = NOTHING = 2**40
"""No user and no product has this id."""
TIMES = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"


def added_and(name: str, **fields: Any) -> int:
    """The id of a new product that this command has changed."""
    product_id = added()
    sent(name, product_id=product_id, **fields)
    return product_id


def taken_sku() -> str:
    """The SKU of a new product."""
    added(sku="T-1")
    return "T-1"


def fully_related() -> int:
    """The id of a new product with as many related products as are allowed."""
    product_id = added()
    for _ in range(MAX_RELATIONS):
        sent("relate-products", product_id=product_id, related_product_id=added())
    return product_id


def full() -> int:
    """The id of a new product with as many pieces as are allowed."""
    product_id = added()
    StockItem.objects.filter(product_id=product_id).update(quantity=MAX_STOCK)
    return product_id


def related_to_itself() -> dict[str, Any]:
    product_id = added()
    return {"product_id": product_id, "related_product_id": product_id}


def counted_before_a_shipment() -> dict[str, Any]:
    product_id = added_and("add-to-inventory", quantity=5, received_at=TIMES[0])
    sent("confirm-items-shipped", product_id=product_id, quantity=5, shipped_at=TIMES[1])
    return {"product_id": product_id, "updated_quantity": 4, "counted_at": TIMES[0]}


def counted_before_the_latest_count() -> dict[str, Any]:
    product_id = added_and("update-stock-from-inventory-recount", updated_quantity=5, counted_at=TIMES[1])
    return {"product_id": product_id, "counted_at": TIMES[0]}


REFUSALS: dict[tuple[str, type[ServiceError]], Callable[[], dict[str, Any]]] = {
    ("add-new-product", errors.ProductIdTaken): lambda: {"product_id": added()},
    ("add-new-product", errors.SkuTaken): lambda: {"sku": taken_sku()},
    ("change-product-details", errors.SkuTaken): lambda: {"product_id": added(), "sku": taken_sku()},
    ("change-price", errors.ProductIsDiscontinued): lambda: {"product_id": added_and("discontinue-product")},
    ("reinstate-product", errors.NotDiscontinued): lambda: {"product_id": added()},
    ("relate-products", errors.ProductIsDiscontinued): lambda: {
        "product_id": added(),
        "related_product_id": added_and("discontinue-product"),
    },
    ("relate-products", errors.SelfRelation): related_to_itself,
    ("relate-products", errors.TooManyRelations): lambda: {
        "product_id": fully_related(),
        "related_product_id": added(),
    },
    ("unrelate-products", errors.RelationNotFound): lambda: {"product_id": added()},
    ("rate-product", errors.UserNotFound): lambda: {"product_id": added(), "user_id": NOBODY},
    ("rate-product", errors.ProductIsDiscontinued): lambda: {"product_id": added_and("discontinue-product")},
    ("withdraw-rating", errors.UserNotFound): lambda: {"product_id": added(), "user_id": NOBODY},
    ("withdraw-rating", errors.RatingNotFound): lambda: {"product_id": added()},
    ("add-to-inventory", errors.ProductIsDiscontinued): lambda: {
        "product_id": added_and("discontinue-product")
    },
    ("add-to-inventory", errors.StockLimit): lambda: {"product_id": full()},
    ("confirm-items-shipped", errors.InsufficientStock): lambda: {"product_id": added()},
    ("update-stock-from-inventory-recount", errors.RecountContradicted): counted_before_a_shipment,
    ("update-stock-from-inventory-recount", errors.RecountOutdated): counted_before_the_latest_count,
    ("update-stock-from-inventory-recount", errors.StockLimit): lambda: {
        "product_id": added(),
        "updated_quantity": MAX_QUANTITY,
    },
}
"""What leads to each declared refusal: the fields that differ from the command's example."""


def test_refusals__of_the_table_are_those_that_the_commands_declare() -> None:
    declared = {(name, refusal) for name, command in COMMANDS.items() for refusal in command.refuses}
    assert set(REFUSALS) == declared


@pytest.mark.parametrize(("name", "refusal"), REFUSALS)
def test_refusals__that_are_declared_can_happen(
    superuser: User, monkeypatch: pytest.MonkeyPatch, name: str, refusal: type[ServiceError]
) -> None:
    body: dict[str, Any] = {**COMMANDS[name].example, **REFUSALS[name, refusal]()}
    if body.get("updated_quantity") == MAX_QUANTITY:  # no count alone reaches the real limit
        monkeypatch.setattr(stock, "MAX_STOCK", MAX_QUANTITY - 1)
    assert type(refused(name, actor=Actor.of(superuser), **body)) is refusal


def example_about(name: str, product_id: int) -> dict[str, Any]:
    """The command's example with this product, and with a related product that exists."""
    body = {**COMMANDS[name].example, "product_id": product_id}
    return body | {"related_product_id": added()} if "related_product_id" in body else body


@pytest.mark.parametrize("name", [name for name, command in COMMANDS.items() if not command.creates])
def test_refusals__of_existing_products_can_happen(superuser: User, name: str) -> None:
    actor = Actor.of(superuser)
    missing = refused(name, actor=actor, **example_about(name, NOTHING))
    ahead = refused(name, actor=actor, expected_version=9, **example_about(name, added()))
    assert (missing.code, missing.members) == ("product_not_found", {"field": "product_id"})
    assert (ahead.code, ahead.members) == (
        "version_conflict",
        {"current_version": 1, "conflicting_events": []},
    )


@pytest.mark.parametrize("name", [name for name, command in COMMANDS.items() if not command.creates])
def test_refusals__of_a_discontinued_product_are_declared(superuser: User, name: str) -> None:
    body = example_about(name, added_and("discontinue-product"))
    with suppress(ServiceError):  # UndeclaredRefusal is no ServiceError
        send(Envelope.of(name, body, actor=Actor.of(superuser)))


def test_refusals__that_are_not_declared_fail_loudly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ConfirmItemsShipped, "refuses", ())
    envelope = Envelope.of("confirm-items-shipped", {"product_id": added(), "quantity": 1}, actor=SYSTEM)
    with nothing_changes(), pytest.raises(UndeclaredRefusal) as caught:
        send(envelope)
    assert str(caught.value) == (
        "The handler of confirm-items-shipped ended in InsufficientStock (insufficient_stock), which the command does "
        "not declare. Add InsufficientStock to `refuses` of ConfirmItemsShipped in "
        "products_write.commands.confirm_items_shipped."
    )


def test_refusals__that_are_not_declared_are_served_and_logged_in_production(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.UNDECLARED_REFUSALS_FAIL = False
    monkeypatch.setattr(ConfirmItemsShipped, "refuses", ())
    product_id = added()
    with capture_logs() as lines:
        refusal = refused("confirm-items-shipped", product_id=product_id, quantity=1)
    assert refusal.code == "insufficient_stock"
    assert [line for line in lines if line["log_level"] == "error"] == [
        {
            "event": "refusal_undeclared",
            "log_level": "error",
            "command": "confirm-items-shipped",
            "code": "insufficient_stock",
        }
    ]
