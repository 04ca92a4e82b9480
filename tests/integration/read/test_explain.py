"""The query explain: the events that gave a field its value."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from rest_framework.test import APIClient

from events.contracts import DomainEvent
from events.log import read_stream
from events.models import Snapshot
from events.projections import skips
from events.projections.base import projection_into
from facts.inventory import InventoryAdded, InventoryItemsShipped
from facts.product import ProductDetailsChanged, ProductPriceChanged, ProductRatingWithdrawn, ProductRelated
from kernel.errors import Unavailable
from products_read.documents.shapes import ProductDisplayDocument, ProductInventoryDocument
from products_read.models import ProductDisplay
from products_read.queries.explain_field import EVENTS_LOOKED_AT, EXPLAINED_BY, ExplainField, explain_field
from products_read.queries.keyset import Cursor
from tests.integration.read.given import append_and_project
from tests.integration.read.querying import INVENTORY, PRODUCTS, faults, get_json
from tests.support.streams import append, product_added, product_rated

pytestmark = pytest.mark.django_db

EXPLAIN = f"{PRODUCTS}7/explain/"
LIFE: Sequence[DomainEvent] = (
    product_added("Lamp", price="10.00"),
    InventoryAdded(quantity=5, quantity_after=5),
    product_rated(4, user_id=1),
    ProductPriceChanged(unit_price=Decimal("12.00"), previous_unit_price=Decimal("10.00")),
    product_rated(5, user_id=2),
    InventoryItemsShipped(quantity=5, quantity_after=0),
    ProductDetailsChanged(name="Desk Lamp", sku="L-1"),
    ProductRelated(related_product_id=9),
    ProductRatingWithdrawn(user_id=2, previous_rating=5),
)


def explained(client: APIClient, field: str) -> tuple[Any, list[tuple[Any, Any, str]]]:
    """The current value, and each change of it: the values before and after it, and the event's type."""
    answer = get_json(client, EXPLAIN, field=field)
    assert list(answer) == ["field", "current", "changes"]
    assert answer["field"] == field
    changes = [(change["before"], change["after"], change["type"]) for change in answer["changes"]]
    return answer["current"], changes


@pytest.mark.parametrize(
    ("field", "current", "changes"),
    [
        (
            "unit_price",
            "12.00",
            [("10.00", "12.00", "product.price_changed"), (None, "10.00", "product.added")],
        ),
        (
            "user_rating",
            4.0,
            [
                (4.5, 4.0, "product.rating_withdrawn"),
                (4.0, 4.5, "product.rated"),
                (None, 4.0, "product.rated"),
            ],
        ),
        (
            "current_stock",
            0,
            [
                (5, 0, "inventory.items_shipped"),
                (0, 5, "inventory.added"),
                (None, 0, "product.added"),
            ],
        ),
        ("sku", "L-1", [(None, "L-1", "product.details_changed")]),
        ("related_product_ids", [9], [([], [9], "product.related"), (None, [], "product.added")]),
        ("discontinued", False, [(None, False, "product.added")]),
    ],
)
def test_explain__lists_the_events_that_changed_the_field(
    superuser_client: APIClient, field: str, current: object, changes: list[tuple[Any, Any, str]]
) -> None:
    append(7, *LIFE)
    assert explained(superuser_client, field) == (current, changes)


def test_explain__every_field_of_both_documents(superuser_client: APIClient) -> None:
    append_and_project(7, *LIFE)
    served = get_json(superuser_client, f"{INVENTORY}7/") | get_json(superuser_client, f"{PRODUCTS}7/")
    assert {field: explained(superuser_client, field)[0] for field in EXPLAINED_BY} == served
    documents = (ProductDisplayDocument, ProductInventoryDocument)
    assert set(EXPLAINED_BY) == {name for document in documents for name in document.__struct_fields__}


def test_explain__a_change_is_the_event_and_two_values(superuser_client: APIClient) -> None:
    append(7, *LIFE)
    events = get_json(superuser_client, f"{PRODUCTS}7/history/")["results"]
    changes = get_json(superuser_client, EXPLAIN, field="version")["changes"]
    expected = [{"before": e["version"] - 1 or None, "after": e["version"], **e} for e in events]
    assert changes == expected


@pytest.mark.parametrize(
    ("query", "unknown"),
    [
        ("", ""),
        ("?field=", ""),
        ("?field=stock", "There is no field 'stock'. "),
        ("?field=Name", "There is no field 'Name'. "),
        ("?field=document", "There is no field 'document'. "),
    ],
)
def test_explain__an_unknown_field_is_refused_with_the_known_ones(
    superuser_client: APIClient, query: str, unknown: str
) -> None:
    append(7, product_added())
    refused = superuser_client.get(f"{EXPLAIN}{query}")
    assert faults(refused) == ["field"]
    (fault,) = refused.json()["errors"]  # type: ignore[attr-defined]
    assert fault["detail"] == f"{unknown}Name one of: {', '.join(sorted(EXPLAINED_BY))}."


def test_explain__looks_at_so_many_events_and_goes_on_from_there() -> None:
    append(7, *LIFE)
    cursor, found = Cursor(), []
    while True:
        answer = explain_field(7, ExplainField(field="user_rating"), cursor, events_looked_at=2)
        assert answer.current == "4.0"
        found += [msgspec.json.decode(change)["version"] for change in answer.changes]
        if answer.next is None:
            break
        cursor = answer.next
    assert found == [9, 5, 3]


def test_explain__a_long_stream_leads_on_by_a_link(superuser_client: APIClient) -> None:
    ratings = [product_rated(4, user_id=user) for user in range(1, EVENTS_LOOKED_AT + 1)]
    append(7, product_added("Lamp"), *ratings)
    latest = superuser_client.get(EXPLAIN, {"field": "name"})
    assert latest.json() == {"field": "name", "current": "Lamp", "changes": []}  # type: ignore[attr-defined]
    (link,) = re.findall('<(.+)>; rel="next"', latest["Link"])
    earliest = superuser_client.get(link)
    (change,) = earliest.json()["changes"]  # type: ignore[attr-defined]
    assert (change["before"], change["after"], change["version"]) == (None, "Lamp", 1)
    assert "Link" not in earliest


def test_explain__starts_from_snapshots_and_makes_missing_ones() -> None:
    ratings = [product_rated(4, user_id=user) for user in range(1, 6000)]
    append(7, product_added(), *ratings)
    query = ExplainField(field="rating_count")
    first = explain_field(7, query, Cursor(), events_looked_at=100)
    assert Snapshot.objects.count() == 30
    assert (first.current, len(first.changes)) == ("5999", 100)
    assert (
        explain_field(7, query, Cursor(key=(5_500,)), events_looked_at=100)
        .changes[0]
        .startswith('{"before":5498,"after":5499,"position":')
    )


def test_explain__leaves_out_a_skipped_event(superuser_client: APIClient) -> None:
    append(7, product_added(price="10.00"), LIFE[3])
    skips.record_skip(projection_into(ProductDisplay), list(read_stream(7))[1], "wrong")
    assert explained(superuser_client, "unit_price") == ("10.00", [(None, "10.00", "product.added")])


def test_explain__an_event_that_cannot_be_applied_makes_it_unavailable() -> None:
    impossible = ProductPriceChanged(unit_price="x", previous_unit_price="1.00")  # type: ignore[arg-type]
    append(7, product_added(), impossible)
    with pytest.raises(Unavailable, match="event 2 of product 7"):
        explain_field(7, ExplainField(field="unit_price"), Cursor())
