"""The query history: the events of a product, newest first."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from rest_framework.test import APIClient

from tests.integration.read.querying import PRODUCTS, faults, get_json
from tests.support.streams import append, product_added, product_rated

pytestmark = pytest.mark.django_db

HISTORY, EXPLAIN, FEED = f"{PRODUCTS}7/history/", f"{PRODUCTS}7/explain/?field=name", "/api/v1/events/"
NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)


def versions(page: dict[str, Any]) -> list[int]:
    return [event["version"] for event in page["results"]]


def test_history__is_the_events_newest_first(superuser_client: APIClient) -> None:
    append(7, product_added("Lamp"), product_rated(4))
    append(8, product_added())
    page = get_json(superuser_client, HISTORY)
    assert (page["next"], page["previous"], versions(page)) == (None, None, [2, 1])


def test_event__has_the_fields_of_the_contract(superuser_client: APIClient) -> None:
    (added,) = append(7, product_added("Lamp", sku="L-1"), recorded_at=NOON, effective_at=NOON - timedelta(1))
    (event,) = get_json(superuser_client, HISTORY)["results"]
    command_id = event["metadata"].pop("command_id")
    assert event == {
        "position": added.position,
        "id": str(added.event_id),
        "product_id": 7,
        "version": 1,
        "type": "product.added",
        "schema_version": 1,
        "data": {
            "sku": "L-1",
            "name": "Lamp",
            "description": "",
            "unit_price": "12.50",
            "categories": [],
        },
        "metadata": {
            "actor_id": None,
            "command": "test",
            "correlation_id": "test",
            "causation_id": None,
            "traceparent": None,
        },
        "recorded_at": "2026-02-03T12:00:00.000000Z",
        "effective_at": "2026-02-02T12:00:00.000000Z",
    }
    assert len(command_id) == 36


def test_history__in_pages_there_and_back(superuser_client: APIClient) -> None:
    append(7, product_added(), *(product_rated(user_id=user) for user in range(1, 7)))
    first = get_json(superuser_client, HISTORY, page_size=3)
    second = get_json(superuser_client, first["next"])
    third = get_json(superuser_client, second["next"])
    assert [versions(page) for page in (first, second, third)] == [[7, 6, 5], [4, 3, 2], [1]]
    assert (first["previous"], third["next"]) == (None, None)
    assert get_json(superuser_client, third["previous"])["results"] == second["results"]
    assert get_json(superuser_client, second["previous"])["results"] == first["results"]


def test_history__a_page_stays_where_it_is_while_events_come(superuser_client: APIClient) -> None:
    append(7, product_added(), product_rated())
    link = get_json(superuser_client, HISTORY, page_size=1)["next"]
    append(7, product_rated(user_id=2))
    assert versions(get_json(superuser_client, link)) == [1]


def test_history__a_cursor_is_good_for_its_product_alone(superuser_client: APIClient) -> None:
    for product_id in (7, 8):
        append(product_id, product_added(), product_rated())
    link = get_json(superuser_client, HISTORY, page_size=1)["next"]
    assert faults(superuser_client.get(link.replace("/7/", "/8/"))) == ["cursor"]


@pytest.mark.parametrize(
    ("query", "at_fault"),
    [("page_size=0", "page_size"), ("page_size=101", "page_size"), ("cursor=x", "cursor"), ("a=1", "a")],
)
def test_history__refuses_invalid_parameters(superuser_client: APIClient, query: str, at_fault: str) -> None:
    append(7, product_added())
    assert faults(superuser_client.get(f"{HISTORY}?{query}")) == [at_fault]


@pytest.mark.parametrize("path", [HISTORY, EXPLAIN])
def test_product_without_stream__is_not_found(superuser_client: APIClient, path: str) -> None:
    append(8, product_added())
    response = superuser_client.get(path)
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.django_db(transaction=True)  # the feed needs committed events: see test_feed
@pytest.mark.usefixtures("quiet_log")
@pytest.mark.parametrize("path", [HISTORY, EXPLAIN, FEED])
def test_permissions__events_view_event(
    api_client: APIClient, user: User, user_client: APIClient, path: str
) -> None:
    append(7, product_added())
    anonymous, without = api_client.get(path), user_client.get(path)
    assert (anonymous.status_code, anonymous.json()["code"]) == (401, "not_authenticated")
    assert (without.status_code, without.json()["code"]) == (403, "permission_denied")
    user.user_permissions.add(Permission.objects.get(codename="view_event", content_type__app_label="events"))
    allowed = user_client.get(path)
    assert (allowed.status_code, allowed["Cache-Control"]) == (200, "no-store")


@pytest.mark.parametrize("path", [HISTORY, EXPLAIN, FEED])
def test_log__is_read_only(superuser_client: APIClient, path: str) -> None:
    assert superuser_client.post(path).status_code == 405
    assert superuser_client.delete(path).status_code == 405


@pytest.mark.parametrize("path", [HISTORY, EXPLAIN])
def test_log__in_a_browser_is_a_page(superuser_client: APIClient, path: str) -> None:
    append(7, product_added("Lamp"))
    page = superuser_client.get(path, headers={"Accept": "text/html"})
    assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "product.added" in page.content.decode()
