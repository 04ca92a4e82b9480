"""Walking through whole lists by their links, forward and back."""

import pytest
from rest_framework.test import APIClient

from tests.integration.read.given import DISCONTINUED, product, rated
from tests.integration.read.querying import INVENTORY, PRODUCTS, faults, get_json, walk

pytestmark = pytest.mark.django_db

ORDERINGS = ["id", "-id", "name", "-name", "unit_price", "-unit_price", "user_rating", "-user_rating"]


def catalogue() -> None:
    """Add eleven products, two of them discontinued, with ties in every ordering."""
    for product_id in range(1, 12):
        history = rated(*[[], [5], [3, 4], [5]][product_id % 4])
        ended = [DISCONTINUED] if product_id in (4, 9) else []
        name, price = ["Oak", "oak", "Ash 'x'"][product_id % 3], f"{product_id % 2}.10"
        product(product_id, *history, *ended, name=name, price=price)


@pytest.mark.parametrize("ordering", ORDERINGS)
@pytest.mark.parametrize("all_of_them", ["true", "false"])
def test_walk__pages_are_the_list_cut_up(api_client: APIClient, ordering: str, all_of_them: str) -> None:
    catalogue()
    query = f"{PRODUCTS}?ordering={ordering}&include_discontinued={all_of_them}&page_size="
    (whole,) = walk(api_client, f"{query}100")
    pages = walk(api_client, f"{query}2")
    assert len(whole) == (11 if all_of_them == "true" else 9)
    assert pages == [whole[start : start + 2] for start in range(0, len(whole), 2)]


@pytest.mark.parametrize("ordering", ORDERINGS)
@pytest.mark.parametrize("all_of_them", ["true", "false"])
def test_walk__back_is_the_same_the_other_way(api_client: APIClient, ordering: str, all_of_them: str) -> None:
    catalogue()
    query = f"{PRODUCTS}?ordering={ordering}&include_discontinued={all_of_them}&page_size="
    (whole,) = walk(api_client, f"{query}100")
    last = url = f"{query}1"
    while url:
        last, url = url, get_json(api_client, url)["next"]
    assert walk(api_client, last, "previous") == [[product_id] for product_id in reversed(whole)]


def test_links__keep_the_other_parameters(api_client: APIClient) -> None:
    catalogue()
    link = get_json(api_client, PRODUCTS, name="oak ", page_size=1, format="json")["next"]
    address, _, query = link.partition("?")
    assert address == "http://testserver/api/v1/products/"
    assert query.startswith("name=oak+&page_size=1&format=json&cursor=")


def test_first_and_last_page__have_one_neighbour(api_client: APIClient) -> None:
    catalogue()
    first = get_json(api_client, PRODUCTS, page_size=5)
    last = get_json(api_client, first["next"])
    assert (first["previous"], last["next"]) == (None, None)
    again = get_json(api_client, last["previous"])
    assert again["results"] == first["results"]
    assert (again["next"], again["previous"]) == (first["next"], None)


def test_walk__a_product_added_behind_the_cursor_moves_nothing(api_client: APIClient) -> None:
    for product_id in (10, 20, 30, 40):
        product(product_id)
    first = get_json(api_client, PRODUCTS, page_size=2)
    product(5)
    assert [one["id"] for one in get_json(api_client, first["next"])["results"]] == [30, 40]


def test_walk__past_the_end_leads_back(api_client: APIClient) -> None:
    for product_id in (1, 2, 3):
        product(product_id)
    beyond = get_json(api_client, PRODUCTS, page_size=2, ordering="-id")["next"]
    nothing = get_json(api_client, beyond + "&sku=none")
    assert (nothing["results"], nothing["next"]) == ([], None)
    whole = get_json(api_client, nothing["previous"].replace("sku=none", "sku="))
    assert [one["id"] for one in whole["results"]] == [2, 1]


def test_cursor__tampered_with_is_refused(api_client: APIClient) -> None:
    catalogue()
    link = get_json(api_client, PRODUCTS, page_size=1)["next"]
    for at in range(len(link) - 40, len(link), 3):
        changed = link[:at] + ("A" if link[at] != "A" else "B") + link[at + 1 :]
        assert faults(api_client.get(changed)) == ["cursor"]
    assert api_client.get(link).status_code == 200


def test_cursor__of_another_list_or_ordering_is_refused(
    api_client: APIClient, user_client: APIClient
) -> None:
    catalogue()
    link = get_json(api_client, PRODUCTS, page_size=1)["next"]
    assert faults(api_client.get(link + "&ordering=name")) == ["cursor"]
    assert faults(user_client.get(link.replace(PRODUCTS, INVENTORY))) == ["cursor"]
