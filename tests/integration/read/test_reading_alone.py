"""Queries read only the read tables and the account of the client. They need few statements, and use an index."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection, connections
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from facts.product import ProductRelated
from kernel.database.aliases import read_alias
from tests.integration.read.given import many_products, product
from tests.integration.read.querying import CATEGORIES, INVENTORY, OUT_OF_STOCK, PRODUCTS

pytestmark = pytest.mark.django_db

EVERY_FILTER = (
    "?name=oak+chair&sku=a&category=oak&min_price=1&max_price=2&min_rating=1&in_stock=true"
    "&include_discontinued=true&ordering=-user_rating"
)
PUBLIC = {
    PRODUCTS: 1,
    PRODUCTS + EVERY_FILTER: 1,
    f"{PRODUCTS}7/": 1,
    f"{PRODUCTS}7/related/": 2,
    CATEGORIES: 1,
}


@pytest.mark.parametrize(("path", "statements"), PUBLIC.items())
def test_public_queries__statements(
    api_client: APIClient,
    django_assert_num_queries: DjangoAssertNumQueries,
    path: str,
    statements: int,
) -> None:
    product(7, ProductRelated(related_product_id=8))
    with django_assert_num_queries(statements, using=read_alias()) as captured:
        assert api_client.get(path).status_code == 200
    for query in captured.captured_queries:
        assert "products_read_" in query["sql"]
        assert not any(name in query["sql"] for name in ("products_write_", "events_", "auth"))


@pytest.mark.parametrize("path", [INVENTORY, OUT_OF_STOCK, f"{INVENTORY}7/", f"{INVENTORY}?name=oak&sku=a"])
def test_inventory_queries__one_statement_for_the_token_and_one_to_read(
    user_client: APIClient, path: str
) -> None:
    product(7)
    with CaptureQueriesContext(connection) as captured:
        assert user_client.get(path).status_code == 200
    account, rows = (query["sql"] for query in captured.captured_queries)
    assert "authtoken_token" in account
    assert "products_read_" in rows


def test_list__statements_do_not_grow_with_the_page(
    api_client: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for product_id in range(1, 6):
        product(product_id, ProductRelated(related_product_id=9), categories=["oak", "ash"])
    with django_assert_num_queries(1):
        assert len(api_client.get(PRODUCTS).json()["results"]) == 5


def plan(sql: str) -> str:
    """The query plan of a statement, as text. On PostgreSQL the plan reads a whole table only without an index."""
    on_postgresql = connections[read_alias()].vendor == "postgresql"
    with connections[read_alias()].cursor() as cursor:
        if on_postgresql:
            cursor.execute("SET LOCAL enable_seqscan = off")
            # The price of an SSD. With that of a disk two indexes cost nearly the same, and the gaps that earlier
            # tests left in the table decide.
            cursor.execute("SET LOCAL random_page_cost = 1.1")
        cursor.execute(f"{'EXPLAIN' if on_postgresql else 'EXPLAIN QUERY PLAN'} {sql}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def statement_of(client: APIClient, path: str) -> str:
    """The last statement of the query, which reads its rows."""
    with CaptureQueriesContext(connections[read_alias()]) as captured:
        assert client.get(path).status_code == 200
    sql: str = captured.captured_queries[-1]["sql"]
    return sql


BY_INDEX = {
    PRODUCTS: "display_id",
    f"{PRODUCTS}?ordering=name": "display_name",
    f"{PRODUCTS}?ordering=-name&include_discontinued=true": "display_name",
    f"{PRODUCTS}?ordering=unit_price": "display_price",
    f"{PRODUCTS}?ordering=user_rating": "display_rating_asc",
    f"{PRODUCTS}?ordering=-user_rating": "display_rating",
    f"{PRODUCTS}?name=oak120": "display_word",
    f"{PRODUCTS}?category=oak20": "display_category",
    f"{PRODUCTS}?sku=CH-120": "display_sku",
    f"{PRODUCTS}?in_stock=false": "display_out_of_stock",
    CATEGORIES: "display_category",
    INVENTORY: "inventory_id",
    OUT_OF_STOCK: "inventory_out_of_stock",
    f"{INVENTORY}?name=oak120": "inventory_word",
    f"{INVENTORY}?sku=CH-120": "inventory_sku",
}


def test_lists__are_ranges_of_an_index(superuser_client: APIClient) -> None:
    many_products()
    plans = {path: plan(statement_of(superuser_client, path)).replace('"', "") for path in BY_INDEX}
    assert [path for path, index in BY_INDEX.items() if f" {index} " not in plans[path] + " "] == []


def test_plan__shows_where_an_index_is_missing(db: None) -> None:
    """The negative control of the test above."""
    many_products()
    assert " display_" not in plan("SELECT id FROM products_read_productdisplay WHERE description = 'x'")


def test_orderings__come_out_of_the_index_sorted(api_client: APIClient) -> None:
    many_products()
    for path in [path for path in BY_INDEX if path == PRODUCTS or "ordering" in path]:
        first_range = statement_of(api_client, path).split(" UNION ALL ")[0]
        steps = plan(first_range.removeprefix("SELECT * FROM (").removesuffix(") AS kept"))
        assert "Sort" not in steps
        assert "TEMP B-TREE" not in steps


@pytest.mark.parametrize("path", PUBLIC)
def test_read_database_down__unavailable(
    api_client: APIClient, unreachable: Callable[..., Any], path: str
) -> None:
    with connections[read_alias()].execute_wrapper(unreachable):
        response = api_client.get(path)
    assert (response.status_code, response["Retry-After"]) == (503, "1")
    assert response.json()["code"] == "unavailable"


@pytest.fixture
def unreachable() -> Callable[..., Any]:
    """An execute wrapper in which every statement fails."""

    def refuse(*args: Any) -> Any:
        raise OperationalError("connection refused")

    return refuse
