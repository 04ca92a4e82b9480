"""The list of products: its filters and orderings."""

import pytest
from rest_framework.test import APIClient

from facts.inventory import InventoryAdded
from tests.integration.read.given import DISCONTINUED, product, rated
from tests.integration.read.querying import PRODUCTS, faults, get_json, ids

pytestmark = pytest.mark.django_db


def test_list__is_a_page_of_documents(api_client: APIClient) -> None:
    product(7, name="Oak Chair", sku="CH-1", categories=["oak"])
    page = get_json(api_client, PRODUCTS)
    assert list(page) == ["next", "previous", "results"]
    assert (page["next"], page["previous"]) == (None, None)
    assert page["results"] == [get_json(api_client, f"{PRODUCTS}7/")]


def test_list__empty(api_client: APIClient) -> None:
    assert get_json(api_client, PRODUCTS) == {"next": None, "previous": None, "results": []}


def test_list__leaves_out_discontinued(api_client: APIClient) -> None:
    product(1)
    product(2, DISCONTINUED)
    product(3)
    assert ids(api_client, PRODUCTS) == [1, 3]
    assert ids(api_client, PRODUCTS, include_discontinued="true") == [1, 2, 3]
    assert ids(api_client, PRODUCTS, include_discontinued="true", ordering="-id") == [3, 2, 1]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("oak", [1, 2]),
        ("OAK cha", [1]),
        ("cha oak", [1]),
        ("ak", []),
        ("oak table chair", []),
        ("100%", [3]),
        ("%", []),
        ("_", []),
        ("a_b", [5]),
        ("a%b", []),
        ("shirt", [6]),
        ("t-sh", [6]),
        ("STRASSE", [7]),
        ("\uff46ine", [8]),
        ("\U0010ffff", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("  ", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("'; DROP TABLE products_read_productdisplay", []),
    ],
)
def test_name__each_word_begins_a_word_of_the_name(
    api_client: APIClient, search: str, found: list[int]
) -> None:
    names = ["Oak Chair", "Oak Table", "100% wool", "1000 wool", "a_b axb", "T-Shirt", "Straße", "\ufb01ne"]
    for product_id, name in enumerate(names, 1):
        product(product_id, name=name)
    assert ids(api_client, PRODUCTS, name=search) == found


def test_sku__is_exact(api_client: APIClient) -> None:
    product(1, sku="CH-1")
    product(2, sku="ch-1")
    product(3, sku="CH-10")
    product(4)
    assert ids(api_client, PRODUCTS, sku="CH-1") == [1]
    assert ids(api_client, PRODUCTS, sku="CH") == []


def test_category__holds_its_products(api_client: APIClient) -> None:
    product(1, categories=["chairs", "oak"])
    product(2, categories=["tables", "oak"])
    product(3, DISCONTINUED, categories=["oak"])
    assert ids(api_client, PRODUCTS, category="oak") == [1, 2]
    assert ids(api_client, PRODUCTS, category="chairs") == [1]
    assert ids(api_client, PRODUCTS, category="oa") == []
    assert ids(api_client, PRODUCTS, category="oak", include_discontinued="true") == [1, 2, 3]


def test_price__bounds_are_included(api_client: APIClient) -> None:
    for product_id, price in enumerate(["0.00", "9.99", "10.00", "10.01", "99999999.99"], 1):
        product(product_id, price=price)
    assert ids(api_client, PRODUCTS, min_price="9.99", max_price="10") == [2, 3]
    assert ids(api_client, PRODUCTS, min_price="10.01") == [4, 5]
    assert ids(api_client, PRODUCTS, max_price="0") == [1]
    assert ids(api_client, PRODUCTS, min_price="5", max_price="4") == []


def test_min_rating__against_the_mean_shown(api_client: APIClient) -> None:
    product(1, *rated(5))
    product(2, *rated(5, 4, 4))
    product(3, *rated(4))
    product(4)
    assert ids(api_client, PRODUCTS, min_rating="4.33") == [1, 2]
    assert ids(api_client, PRODUCTS, min_rating="4.34") == [1]
    assert ids(api_client, PRODUCTS, min_rating="4") == [1, 2, 3]
    assert ids(api_client, PRODUCTS, min_rating="1") == [1, 2, 3]


def test_in_stock__both_ways(api_client: APIClient) -> None:
    product(1, InventoryAdded(quantity=3, quantity_after=3))
    product(2)
    assert ids(api_client, PRODUCTS, in_stock="true") == [1]
    assert ids(api_client, PRODUCTS, in_stock="false") == [2]
    assert ids(api_client, PRODUCTS) == [1, 2]


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("id", [1, 2, 3, 4, 5]),
        ("-id", [5, 4, 3, 2, 1]),
        ("name", [3, 1, 5, 4, 2]),
        ("-name", [2, 4, 5, 1, 3]),
        ("unit_price", [2, 1, 4, 5, 3]),
        ("-unit_price", [3, 5, 4, 1, 2]),
        ("user_rating", [4, 1, 3, 2, 5]),
        ("-user_rating", [3, 1, 4, 5, 2]),
    ],
)
def test_ordering__ties_by_id_and_unrated_last(
    api_client: APIClient, ordering: str, expected: list[int]
) -> None:
    product(1, *rated(4), name="apple", price="10.00")
    product(2, name="\u00e9clair", price="9.00")
    product(3, *rated(5), name="Ant", price="100.00")
    product(4, *rated(1), name="zebra", price="10.00")
    product(5, name="Apple", price="10.00")
    assert ids(api_client, PRODUCTS, ordering=ordering) == expected


def test_filters__all_hold_together(api_client: APIClient) -> None:
    stocked = InventoryAdded(quantity=1, quantity_after=1)
    for product_id, name in enumerate(["Oak Chair", "Oak Table", "Ash Chair"], 1):
        product(
            product_id,
            stocked,
            *rated(5),
            name=name,
            price="10.00",
            categories=["furniture"],
            sku=f"S{product_id}",
        )
    filters = {"name": "oak", "category": "furniture", "min_price": 10, "max_price": 10, "min_rating": 5}
    assert ids(api_client, PRODUCTS, **filters, in_stock="true", ordering="-name") == [2, 1]
    assert ids(api_client, PRODUCTS, **filters, in_stock="true", sku="S1") == [1]


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("page_size", "0"),
        ("page_size", "101"),
        ("page_size", "5.5"),
        ("page_size", "x"),
        ("page_size", "\u0661"),
        ("page_size", "99999999999999999999999"),
        ("ordering", "price"),
        ("ordering", "--id"),
        ("min_price", "-1"),
        ("min_price", "1.234"),
        ("min_price", "NaN"),
        ("max_price", "1e3"),
        ("max_price", "\u0661"),
        ("max_price", "999999999"),
        ("min_rating", "0.99"),
        ("min_rating", "5.01"),
        ("min_rating", "nan"),
        ("min_rating", "x"),
        ("in_stock", "maybe"),
        ("include_discontinued", "2"),
        ("name", "a\x00"),
        ("name", "a" * 201),
        ("sku", "a" * 65),
        ("category", "\x00"),
        ("cursor", "x"),
        ("cursor", "a\x00:b"),
        ("as_of", "2024-01-01T00:00:00Z"),
        ("user_rating", "5"),
        ("page", "2"),
    ],
)
def test_list__refuses_a_bad_or_unknown_parameter(api_client: APIClient, parameter: str, value: str) -> None:
    assert faults(api_client.get(PRODUCTS, {parameter: value})) == [parameter]


def test_list__names_all_faults(api_client: APIClient) -> None:
    response = api_client.get(f"{PRODUCTS}?page_size=0&page=2&sku=a&sku=b&in_stock=maybe&cursor=x")
    assert sorted(faults(response)) == ["cursor", "in_stock", "page", "page_size", "sku"]


def test_list__format_is_taken_everywhere(api_client: APIClient) -> None:
    product(1)
    assert ids(api_client, PRODUCTS, format="json") == [1]
