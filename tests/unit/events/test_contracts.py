"""The registry of events, their stored form, and the upcasters that change old forms into new ones."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from events.contracts import UnreadableEvent, decode, encode
from events.contracts.base import DomainEvent
from events.contracts.registry import REGISTRY, published
from events.contracts.upcasting import UPCASTERS, upcaster
from facts.inventory import InventoryRecounted
from facts.product import ProductAdded

THE_CONTRACT = {
    "inventory.added",
    "inventory.items_shipped",
    "inventory.recounted",
    "product.added",
    "product.details_changed",
    "product.discontinued",
    "product.price_changed",
    "product.rated",
    "product.rating_withdrawn",
    "product.reinstated",
    "product.related",
    "product.unrelated",
}


def test_registry__holds_exactly_the_published_types() -> None:
    assert set(REGISTRY) == THE_CONTRACT


def test_encode__money_is_text_and_times_are_rfc_3339() -> None:
    added = ProductAdded(
        sku=None, name="Lamp", description="", unit_price=Decimal("12.50"), categories=["light"]
    )
    assert encode(added) == (
        '{"sku":null,"name":"Lamp","description":"","unit_price":"12.50","categories":["light"]}'
    )


def test_encode__a_time_has_its_microseconds_also_when_they_are_zero() -> None:
    counted_at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    recounted = InventoryRecounted(
        updated_quantity=5, counted_at=counted_at, moved_since=0, quantity_before=9, quantity_after=5
    )
    assert '"counted_at":"2026-01-02T03:04:05.000000Z"' in encode(recounted)
    assert decode("inventory.recounted", 1, encode(recounted)) == recounted


def test_decode__returns_the_encoded_event() -> None:
    counted_at = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    recounted = InventoryRecounted(
        updated_quantity=5, counted_at=counted_at, moved_since=-1, quantity_before=9, quantity_after=4
    )
    assert decode("inventory.recounted", 1, encode(recounted)) == recounted


def test_decode__refuses_an_unknown_type() -> None:
    with pytest.raises(UnreadableEvent, match=r"product\.exploded"):
        decode("product.exploded", 1, "{}")


def test_decode__refuses_a_schema_version_of_the_future() -> None:
    with pytest.raises(UnreadableEvent, match="Schema version 2"):
        decode("product.reinstated", 2, "{}")


@pytest.mark.parametrize("event_class", REGISTRY.values(), ids=lambda event_class: event_class.type)
def test_every_schema_version__has_a_path_to_the_current_one(event_class: type[DomainEvent]) -> None:
    assert without_path(event_class) == []


def without_path(event_class: type[DomainEvent]) -> list[int]:
    versions = range(1, event_class.schema_version)
    return [version for version in versions if (event_class.type, version) not in UPCASTERS]


@pytest.fixture
def renamed_event() -> Iterator[type[DomainEvent]]:
    """An event at schema version 3: version 2 called `colour` `color`, and version 1 had a number instead."""

    @published
    class Painted(DomainEvent, frozen=True, kw_only=True):
        type = "test.painted"
        schema_version = 3
        colour: str

    upcaster("test.painted", from_version=1)(lambda data: {"color": f"colour {data['number']}"})
    upcaster("test.painted", from_version=2)(lambda data: {"colour": data["color"]})
    yield Painted
    del REGISTRY["test.painted"]
    for version in (1, 2):
        UPCASTERS.pop(("test.painted", version), None)


def test_decode__takes_every_upcaster_in_turn(renamed_event: type[DomainEvent]) -> None:
    assert decode("test.painted", 1, '{"number": 7}') == renamed_event(colour="colour 7")
    assert decode("test.painted", 2, '{"color": "red"}') == renamed_event(colour="red")


def test_without_path__names_the_version_whose_upcaster_is_gone(renamed_event: type[DomainEvent]) -> None:
    del UPCASTERS["test.painted", 2]
    assert without_path(renamed_event) == [2]
    with pytest.raises(UnreadableEvent):
        decode("test.painted", 1, '{"number": 7}')


def test_published__refuses_a_type_that_is_there() -> None:
    with pytest.raises(ValueError, match=r"product\.rated"):

        @published
        class Again(DomainEvent, frozen=True, kw_only=True):
            type = "product.rated"


def test_decode__refuses_a_field_that_the_contract_does_not_have() -> None:
    with pytest.raises(msgspec.ValidationError):
        decode("product.reinstated", 1, '{"surprise": 1}')
