"""A command that is sent again under its key is recognised, also by a release that has added a field."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID, uuid4

import msgspec
import pytest
from msgspec import UNSET, UnsetType

from kernel.actor import SYSTEM, Actor
from products_write.bus import behaviours
from products_write.bus.dispatch import send
from products_write.bus.envelope import CommandResponse, Envelope
from products_write.bus.idempotency import fingerprint
from products_write.commands import COMMANDS, Command
from products_write.commands.add_new_product import AddNewProduct
from products_write.commands.change_price import ChangePrice
from products_write.commands.definition.base import COMMAND_HANDLERS
from products_write.errors import IdempotencyKeyReused
from products_write.models import CommandRecord
from tests.support.deciding import added, nothing_changes

pytestmark = pytest.mark.django_db

STORED_BEFORE: list[tuple[str, dict[str, Any], str]] = [
    (
        "add-new-product",
        {"name": "Teapot", "unit_price": "12.50"},
        "7c51ad42d6a062e8dcd23f7112bd17ba200c3b14cb743bbcf0e8626fddd97904",
    ),
    (
        "add-new-product",
        {
            "name": "Teapot",
            "unit_price": "12.50",
            "product_id": 7,
            "sku": "T-1",
            "description": "Blue",
            "categories": ["tea", "gifts"],
        },
        "f72ce314e8613bdd726f1efe66d29610554d85755467f91102da4ab26fa0d613",
    ),
    (
        "add-to-inventory",
        {"product_id": 7, "quantity": 20},
        "74754a9a90f66d99c76196320ab756f1ef2ce5afd95e60d107c2110b62a73cf6",
    ),
    (
        "add-to-inventory",
        {"product_id": 7, "quantity": 20, "received_at": "2026-01-01T10:00:00+01:00"},
        "8cf27c09adf5d8ce6fb033e2164c3f56d65c4ca67adc5d96a3436403d0061cdd",
    ),
    (
        "change-price",
        {"product_id": 7, "unit_price": "12.50"},
        "8ebe943d636000c0223c7791420834554fb0158b8ee745e4c48866bc53bff795",
    ),
    (
        "change-product-details",
        {"product_id": 7, "sku": None},
        "e00b76b6ece97019983f1e330187b496c1f297786dd9a2ea5e152bc7781319be",
    ),
    (
        "change-product-details",
        {"product_id": 7, "description": "", "categories": []},
        "6e002c256fde6652335a420e3f7744195047c63634478d610e14d6b376b3598d",
    ),
    (
        "confirm-items-shipped",
        {"product_id": 7, "quantity": 2},
        "16ed66679f805f3c3ae45e9bb0971b9a2c74102ec4576b23e07da05dc81d9ef5",
    ),
    (
        "discontinue-product",
        {"product_id": 7},
        "dd411cf747092754438ac82556ebe5e3fe49c4cf344441b4e77bf1084a12cb81",
    ),
    (
        "discontinue-product",
        {"product_id": 7, "reason": "No longer made."},
        "53733a64f172fdf68a4e2fb028d1e920a051475e68d53e7c0df909bc31f1be51",
    ),
    (
        "rate-product",
        {"product_id": 7, "rating": 5},
        "5e2a2bc24cc3cd2a7ea0c5df157cb955957d214685f36868c1cf31f791cfd3dd",
    ),
    (
        "rate-product",
        {"product_id": 7, "rating": 5, "user_id": 3},
        "dc052f5b139e287d368755b1216df65d6f61acdd43d7fe36d63ebcc10e4c41e9",
    ),
    (
        "reinstate-product",
        {"product_id": 7},
        "7da8e565152fa403285f33df39e0f3459ef095aad2cb65b101f5b146c0633258",
    ),
    (
        "relate-products",
        {"product_id": 7, "related_product_id": 10},
        "bd92a83d0bf73292c97ff3605d27692e79ce08bf23a79b4afd55647134d8d998",
    ),
    (
        "unrelate-products",
        {"product_id": 7, "related_product_id": 10},
        "8683b1f1a4a839f6203f7d8e73917300d44166f27c648c7ae6769c57523cced7",
    ),
    (
        "update-stock-from-inventory-recount",
        {"product_id": 7, "updated_quantity": 60},
        "085064c1c93cb442cd16949879f1a68beee0192ad379668a3734f8dda971ec2c",
    ),
    (
        "withdraw-rating",
        {"product_id": 7},
        "ef47d8ad4ab24bf3799c493bdc4aba1fba30192ff9d3236957195ec8ed683bda",
    ),
]
"""Fingerprints that version 0.1.0 stored. It hashed all fields, also those with their default."""

ADDED = [
    pytest.param(str | None, None, "x", id="None"),
    pytest.param(str, "", "x", id="empty text"),
    pytest.param(list[str], msgspec.field(default_factory=list), ["x"], id="empty list"),
    pytest.param(str | UnsetType, UNSET, "x", id="UNSET"),
    pytest.param(int, 0, 1, id="0"),
]
"""The type and the default of a field that a release adds, and another value of the field."""

ToNextRelease = Callable[[type[Command], Any, Any], type[Command]]


@pytest.fixture
def next_release(monkeypatch: pytest.MonkeyPatch) -> ToNextRelease:
    """Makes the command of the next release: it has the field `added` too, and its handler is the present one."""

    def released(command_type: type[Command], field_type: Any, default: Any) -> type[Command]:
        field = ("added", field_type, default)
        made = msgspec.defstruct("Later", [field], bases=(command_type,), frozen=True, kw_only=True)
        later = cast("type[Command]", made)
        monkeypatch.setitem(COMMAND_HANDLERS, later, COMMAND_HANDLERS[command_type])
        return later

    return released


def sent(command_type: type[Command], key: UUID, body: dict[str, Any]) -> CommandResponse:
    return send(Envelope(command_type, body, SYSTEM, key, "test"))


def body_of(command_type: type[Command]) -> dict[str, Any]:
    return (
        {"name": "Pot", "unit_price": "9.00"}
        if command_type.creates
        else {"product_id": added(), "unit_price": 9}
    )


@pytest.mark.parametrize("before", [ChangePrice, AddNewProduct])
@pytest.mark.parametrize(("field_type", "default", "other"), ADDED)
def test_send__again_after_a_field_was_added_gives_the_stored_response(
    next_release: ToNextRelease, before: type[Command], field_type: Any, default: Any, other: Any
) -> None:
    after, key, body = next_release(before, field_type, default), uuid4(), body_of(before)
    first = sent(before, key, body)
    with nothing_changes():
        again = sent(after, key, body)
        with pytest.raises(IdempotencyKeyReused):
            sent(after, key, body | {"added": other})
    assert (again.body, again.replayed) == (first.body, True)


@pytest.mark.parametrize(("field_type", "default", "other"), ADDED)
def test_send__again_to_a_worker_of_the_release_before_gives_the_stored_response(
    next_release: ToNextRelease, field_type: Any, default: Any, other: Any
) -> None:
    after, key, body = next_release(AddNewProduct, field_type, default), uuid4(), body_of(AddNewProduct)
    first = sent(after, key, body)
    with nothing_changes():
        again = sent(AddNewProduct, key, body)
    assert (again.body, again.replayed) == (first.body, True)


def test_send__another_value_of_the_added_field_is_another_command(next_release: ToNextRelease) -> None:
    after, key, body = next_release(ChangePrice, int, 0), uuid4(), body_of(ChangePrice)
    sent(after, key, body | {"added": 1})
    with nothing_changes():
        assert sent(after, key, body | {"added": 1}).replayed
        for other in ({}, {"added": 0}, {"added": 2}):
            with pytest.raises(IdempotencyKeyReused):
                sent(after, key, body | other)


@pytest.mark.parametrize(("name", "body", "stored"), STORED_BEFORE)
def test_fingerprint__is_the_one_that_was_stored_before(name: str, body: dict[str, Any], stored: str) -> None:
    actor = Actor(1, "user:1", True, lambda permission: True)
    envelope = Envelope.of(name, body, actor=actor)
    envelope.validated = behaviours.parse_command(COMMANDS[name], body, actor)
    assert fingerprint(envelope) == stored


@pytest.mark.parametrize(
    ("field", "replays"), [({}, True), ({"added": 0}, True), ({"added": 1}, False), ({"sku": "T-1"}, False)]
)
def test_send__again_finds_the_record_of_an_earlier_release(
    next_release: ToNextRelease, field: dict[str, Any], replays: bool
) -> None:
    name, body, stored = STORED_BEFORE[0]
    key = uuid4()
    sent(COMMANDS[name], key, body)
    CommandRecord.objects.filter(command_id=key).update(fingerprint=stored)
    after = next_release(COMMANDS[name], int, 0)
    with nothing_changes():
        if replays:
            assert sent(after, key, body | field).replayed
            return
        with pytest.raises(IdempotencyKeyReused):
            sent(after, key, body | field)
