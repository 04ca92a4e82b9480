"""The schema describes the queries as they are."""

from typing import Any

import msgspec
import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from rest_framework.test import APIClient

from boundary.responses.openapi import component_name, components_of
from facts.inventory import InventoryAdded
from facts.product import ProductRelated
from products_read.documents.shapes import ProductDisplayDocument, ProductInventoryDocument
from products_read.models import ProductDisplay, ProductInventory
from tests.integration.read.given import product, rated
from tests.integration.read.querying import get_json
from tests.support.openapi import resolved


def documented(client: APIClient) -> dict[str, Any]:
    """The schema as it is served, generated anew."""
    GENERATOR_STATS.reset()
    schema: dict[str, Any] = get_json(client, "/api/schema/", format="json")
    return resolved(schema)


SHAPES = [(ProductDisplayDocument, ProductDisplay), (ProductInventoryDocument, ProductInventory)]


@pytest.mark.django_db
@pytest.mark.parametrize(("shape", "model"), SHAPES)
def test_shape__states_the_limits_of_the_served_document(shape: Any, model: Any) -> None:
    product(7, name="Bare")
    full = [
        *rated(4, 5, 5),
        InventoryAdded(quantity=3, quantity_after=3),
        ProductRelated(related_product_id=7),
    ]
    product(8, *full, sku="CH-1", categories=["oak"])
    for row in model.objects.all():
        document = msgspec.json.decode(row.document)
        assert msgspec.structs.asdict(msgspec.convert(document, shape)) == document
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(document | {"version": 0}, shape)


@pytest.mark.parametrize("shape", [shape for shape, _ in SHAPES])
def test_component__has_the_documents_fields_in_order(shape: Any) -> None:
    component = components_of(shape)[component_name(shape)]

    assert tuple(component["properties"]) == tuple(component["required"]) == shape.__struct_fields__


def test_schema__has_every_query_and_its_parameters(api_client: APIClient) -> None:
    schema = documented(api_client)
    paths = {path: item["get"] for path, item in schema["paths"].items() if "get" in item}
    parameters = {
        parameter["name"]: parameter["schema"]
        for parameter in paths["/api/v1/products/"]["parameters"]
        if parameter["in"] == "query"
    }
    assert set(parameters) - {"format"} == {
        "name",
        "sku",
        "category",
        "min_price",
        "max_price",
        "min_rating",
        "in_stock",
        "include_discontinued",
        "ordering",
        "page_size",
        "cursor",
    }
    assert parameters["page_size"] == {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
    assert {
        "find_products",
        "show_product",
        "find_related_products",
        "list_categories",
        "find_inventory",
        "find_out_of_stock_products",
        "show_inventory",
        "show_history",
        "explain_field",
        "read_feed",
    } <= {operation["operationId"] for operation in paths.values()}
    assert paths["/api/v1/products/{product_id}/"]["parameters"][-1]["schema"]["type"] == "integer"


def test_schema__queries_give_no_warnings(api_client: APIClient) -> None:
    documented(api_client)
    warnings = [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]
    assert [line for line in warnings if "products_read" in line] == []
