"""Documents, events and problems are valid by the published schema, as JSON Schema defines it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from django.contrib.auth.models import User
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator, ValidationError
from rest_framework.test import APIClient

from events.contracts import DomainEvent
from events.contracts.registry import REGISTRY
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
from products_read.models import ProductDisplay, ProductInventory
from products_read.queries.explain_field import EXPLAINED_BY
from tests.conftest import client_of
from tests.integration.read.given import append_and_project
from tests.integration.read.querying import CATEGORIES, INVENTORY, OUT_OF_STOCK, PRODUCTS, get_json
from tests.support.openapi import resolved

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)
LIFE: list[DomainEvent] = [
    ProductAdded(sku=None, name="Lamp", description="", unit_price=Decimal("1.00"), categories=["lamps"]),
    ProductDetailsChanged(sku="L-1", categories=["lamps", "oak"]),
    ProductDetailsChanged(sku=None, name="Lamp 2", description="Bright."),
    ProductPriceChanged(unit_price=Decimal("99999999.99"), previous_unit_price=Decimal("1.00")),
    ProductRelated(related_product_id=2**53 - 1),
    ProductUnrelated(related_product_id=2**53 - 1),
    ProductRelated(related_product_id=8),
    ProductRated(user_id=1, rating=4, previous_rating=None),
    ProductRated(user_id=1, rating=5, previous_rating=4),
    ProductRated(user_id=2, rating=1, previous_rating=None),
    ProductRatingWithdrawn(user_id=2, previous_rating=1),
    InventoryAdded(quantity=10**9, quantity_after=10**15),
    InventoryItemsShipped(quantity=1, quantity_after=10**15 - 1),
    InventoryRecounted(
        updated_quantity=3, counted_at=NOON, moved_since=-1, quantity_before=10**15 - 1, quantity_after=2
    ),
    ProductDiscontinued(reason=""),
    ProductReinstated(),
]


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    schema: dict[str, Any] = SchemaGenerator().get_schema(public=True)
    return resolved(schema)


@pytest.fixture
def client(transactional_db: None) -> APIClient:
    return client_of(User.objects.create_superuser("root"))


@pytest.fixture
def products() -> None:
    """Make a product with every kind of event, one with a single event, and a discontinued one."""
    append_and_project(7, *LIFE)
    append_and_project(8, LIFE[0])
    append_and_project(9, LIFE[0], ProductDiscontinued(reason="gone"))


def validator(published: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": published["components"]})


def component(published: dict[str, Any], name: str) -> Draft202012Validator:
    return validator(published, {"$ref": f"#/components/schemas/{name}"})


def response_schema(published: dict[str, Any], path: str, status: str = "200") -> Draft202012Validator:
    (content,) = published["paths"][path]["get"]["responses"][status]["content"].values()
    return validator(published, content["schema"])


@pytest.mark.parametrize("model", [ProductDisplay, ProductInventory])
def test_documents__in_the_tables_are_as_published(
    published: dict[str, Any], products: None, model: Any
) -> None:
    described = component(published, model.__name__)
    documents = [msgspec.json.decode(row.document) for row in model.objects.all()]
    assert len(documents) == 3
    for document in documents:
        described.validate(document)


@pytest.mark.parametrize("change", [{"version": "1"}, {"sku": 1}, {"id": 0}, {"name": None}])
def test_documents__that_differ_are_told_apart(
    published: dict[str, Any], products: None, change: dict[str, object]
) -> None:
    """The negative control of the test above."""
    document = msgspec.json.decode(ProductInventory.objects.get(id=7).document)
    with pytest.raises(ValidationError):
        component(published, "ProductInventory").validate(document | change)


SCHEMA_PATHS = {
    PRODUCTS: PRODUCTS,
    f"{PRODUCTS}7/": f"{PRODUCTS}{{product_id}}/",
    f"{PRODUCTS}7/related/": f"{PRODUCTS}{{product_id}}/related/",
    f"{PRODUCTS}7/history/?page_size=100": f"{PRODUCTS}{{product_id}}/history/",
    CATEGORIES: CATEGORIES,
    INVENTORY: INVENTORY,
    f"{INVENTORY}7/": f"{INVENTORY}{{product_id}}/",
    OUT_OF_STOCK: OUT_OF_STOCK,
    "/api/v1/events/": "/api/v1/events/",
    **{f"{PRODUCTS}7/explain/?field={field}": f"{PRODUCTS}{{product_id}}/explain/" for field in EXPLAINED_BY},
}


def test_responses__are_as_published(published: dict[str, Any], client: APIClient, products: None) -> None:
    for query, path in SCHEMA_PATHS.items():
        response_schema(published, path).validate(get_json(client, query))


def test_every_event_type__is_published_and_occurs_in_this_test(
    published: dict[str, Any], client: APIClient
) -> None:
    append_and_project(7, *LIFE)
    events = get_json(client, "/api/v1/events/")["results"]
    assert {event["type"] for event in events} == set(REGISTRY)
    assert set(published["components"]["schemas"]["Event"]["discriminator"]["mapping"]) == set(REGISTRY)


def test_event__with_another_types_data_is_told_apart(published: dict[str, Any], client: APIClient) -> None:
    append_and_project(7, LIFE[0])
    (event,) = get_json(client, "/api/v1/events/")["results"]
    component(published, "Event").validate(event)
    for change in ({"type": "product.rated"}, {"data": {}}, {"metadata": {}}, {"type": "product.painted"}):
        with pytest.raises(ValidationError):
            component(published, "Event").validate(event | change)


REFUSALS = {
    "400": "?cursor=x&page_size=0",
    "404": "",
}


def test_problems__are_as_published(published: dict[str, Any], client: APIClient) -> None:
    for status, query in REFUSALS.items():
        response: Any = client.get(f"{PRODUCTS}7/history/{query}")
        assert response.status_code == int(status)
        response_schema(published, f"{PRODUCTS}{{product_id}}/history/", status).validate(response.json())


def queries(published: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in published["paths"].items():
        if "/commands/" not in path and path.startswith("/api/v1/"):
            yield path, item["get"]


def test_every_query__publishes_its_refusals(published: dict[str, Any]) -> None:
    for path, operation in queries(published):
        expected = {"200", "400", "401", "406", "429", "503"}
        expected |= {"404"} if "{product_id}" in path else set()
        expected |= {"403"} if path.endswith(("/history/", "/explain/", "/events/")) else set()
        expected |= {"304"} if path.endswith("{product_id}/") else set()
        assert set(operation["responses"]) == expected, path


def test_every_query__takes_a_token_and_publishes_its_headers(published: dict[str, Any]) -> None:
    for path, operation in queries(published):
        sent = {one["name"] for one in operation["parameters"] if one["in"] == "header"}
        assert {"Consistency-Token", "Prefer", "X-Correlation-ID"} <= sent, path
        answered = set(operation["responses"]["200"]["headers"])
        assert {"Consistency", "Preference-Applied", "X-Correlation-ID", "Cache-Control"} <= answered, path


def test_every_query__publishes_whether_it_is_public(published: dict[str, Any]) -> None:
    public = {path for path, operation in queries(published) if {} in operation["security"]}
    detail = f"{PRODUCTS}{{product_id}}/"
    assert public == {PRODUCTS, detail, f"{detail}related/", CATEGORIES}


def free_form(schema: Any) -> bool:
    """Whether a part of the schema is an object without described properties."""
    if isinstance(schema, list):
        return any(free_form(part) for part in schema)
    if not isinstance(schema, dict):
        return False
    is_undescribed = schema.get("type") == "object" and not {"properties", "title"} & set(schema)
    return is_undescribed or any(free_form(part) for part in schema.values())


def test_schema__has_no_free_form_object_in_queries(published: dict[str, Any]) -> None:
    components = published["components"]["schemas"]
    described = [name for name in components if not name.startswith("Command")]
    assert [name for name in described if free_form(components[name])] == []
    assert [path for path, operation in queries(published) if free_form(operation)] == []


def test_free_form__is_told_apart() -> None:
    """The negative control of the test above."""
    assert free_form({"properties": {"data": {"type": "object"}}})
    assert not free_form({"type": "object", "properties": {"id": {"type": "integer"}}})
