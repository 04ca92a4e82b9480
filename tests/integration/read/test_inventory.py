"""The inventory: its lists and one product of it."""

import pytest
from rest_framework.test import APIClient

from facts.inventory import InventoryAdded, InventoryItemsShipped
from products_read.models import ProductInventory
from tests.integration.read.given import DISCONTINUED, product
from tests.integration.read.querying import INVENTORY, OUT_OF_STOCK, faults, get_json, ids, walk

pytestmark = pytest.mark.django_db

STOCKED = InventoryAdded(quantity=5, quantity_after=5)
SHIPPED = InventoryItemsShipped(quantity=5, quantity_after=0)


def warehouse() -> None:
    product(1, STOCKED, name="Oak Chair", sku="CH-1")
    product(2, STOCKED, SHIPPED, name="Oak Table", sku="TA-2")
    product(3, name="Ash Chair")
    product(4, DISCONTINUED, name="Ash Table")


def test_list__by_id(user_client: APIClient) -> None:
    warehouse()
    page = get_json(user_client, INVENTORY)
    assert list(page) == ["next", "previous", "results"]
    assert [(one["id"], one["current_stock"]) for one in page["results"]] == [(1, 5), (2, 0), (3, 0)]


def test_list__filters(user_client: APIClient) -> None:
    warehouse()
    assert ids(user_client, INVENTORY, name="oak") == [1, 2]
    assert ids(user_client, INVENTORY, name="as ta") == []
    assert ids(user_client, INVENTORY, name="as ta", include_discontinued="true") == [4]
    assert ids(user_client, INVENTORY, sku="TA-2") == [2]
    assert walk(user_client, f"{INVENTORY}?include_discontinued=true&page_size=3") == [[1, 2, 3], [4]]


def test_out_of_stock__lists_the_products_without_stock(user_client: APIClient) -> None:
    warehouse()
    assert ids(user_client, OUT_OF_STOCK) == [2, 3]
    assert ids(user_client, OUT_OF_STOCK, include_discontinued="true") == [2, 3, 4]
    assert ids(user_client, OUT_OF_STOCK, name="oak") == [2]
    assert walk(user_client, f"{OUT_OF_STOCK}?page_size=1") == [[2], [3]]


def test_show__is_the_stored_document(user_client: APIClient) -> None:
    warehouse()
    response = user_client.get(f"{INVENTORY}2/")
    assert response.content.decode() == ProductInventory.objects.get(id=2).document
    assert response["ETag"].startswith('"3-')
    again = user_client.get(f"{INVENTORY}2/", headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert user_client.get(f"{INVENTORY}9/").status_code == 404


@pytest.mark.parametrize("parameter", ["category", "ordering", "min_price", "page_size", "as_of"])
def test_list__refuses_unknown_parameters(user_client: APIClient, parameter: str) -> None:
    for path in (INVENTORY, OUT_OF_STOCK):
        assert faults(user_client.get(path, {parameter: "0"})) == [parameter]


@pytest.mark.parametrize("path", [INVENTORY, OUT_OF_STOCK, f"{INVENTORY}1/"])
def test_permissions__signed_in_users_alone(api_client: APIClient, user_client: APIClient, path: str) -> None:
    warehouse()
    refused = api_client.get(path)
    assert (refused.status_code, refused.json()["code"]) == (401, "not_authenticated")
    assert user_client.get(path).status_code == 200
    assert user_client.post(path).status_code == 405
