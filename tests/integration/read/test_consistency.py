"""The headers Consistency-Token and Prefer: wait and handling."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connections
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.test import APIClient

from events.consistency import tokens
from events.consistency.bounded_wait import wait_slots
from events.models import Checkpoint, ParkedKey
from events.projections.base import projection_into
from events.projections.checkpoints import checkpoints_of
from kernel.database.aliases import read_alias, write_alias
from products_read.models import ProductDisplay, ProductInventory
from tests.integration.read.given import product
from tests.integration.read.querying import CATEGORIES, INVENTORY, OUT_OF_STOCK, PRODUCTS, faults
from tests.support.streams import append, product_added, product_rated

pytestmark = pytest.mark.django_db

DETAIL, WAREHOUSE_DETAIL = f"{PRODUCTS}7/", f"{INVENTORY}7/"
READ_MODEL_PATHS = [
    *(PRODUCTS, DETAIL, f"{DETAIL}related/", CATEGORIES),
    *(INVENTORY, OUT_OF_STOCK, WAREHOUSE_DETAIL),
]
LOG_PATHS = [
    *(f"{DETAIL}history/", f"{DETAIL}explain/?field=name", "/api/v1/events/"),
    *(f"{path}?as_of=2026-01-02T03:04:06Z" for path in (DETAIL, WAREHOUSE_DETAIL)),
]


def token(version: int, product_id: int = 7) -> str:
    return tokens.issue_token(product_id, version, version)


def get(client: APIClient, path: str, version: int, prefer: str = "", product_id: int = 7) -> Any:
    headers = {"Consistency-Token": token(version, product_id), "Prefer": prefer}
    return client.get(path, headers=headers)


def consistency_of(response: Any) -> tuple[int, str, str]:
    return response.status_code, response["Consistency"], response.get("Preference-Applied", "")


def version_shown(model: Any = ProductDisplay, product_id: int = 7) -> int:
    found = model.objects.filter(id=product_id).values_list("version", flat=True).first()
    return found or 0


def park(product_id: int = 7, model: Any = ProductDisplay) -> None:
    ParkedKey.objects.create(
        projection=projection_into(model).name, product_id=product_id, kind="parked", position=1, version=1
    )


@pytest.fixture
def written() -> None:
    """Append two versions of product 7 to the log. The read models have none of them."""
    append(7, product_added("Oak Chair"), product_rated(4))


@pytest.fixture
def all_slots_taken(settings: Settings) -> Iterator[None]:
    """Take every wait slot of this process."""
    settings.WEB_THREADS = 4
    with wait_slots.acquire() as admitted:
        assert admitted
        yield


@pytest.mark.parametrize("path", READ_MODEL_PATHS)
def test_wait__the_reader_brings_its_product_up(
    superuser_client: APIClient, written: None, path: str
) -> None:
    response = get(superuser_client, path, 2, "wait=2")
    assert consistency_of(response) == (200, "fresh", "wait=2")
    assert response["Cache-Control"] == "no-store"


def test_wait__the_response_has_the_written_values(user_client: APIClient, written: None) -> None:
    assert get(user_client, DETAIL, 2, "wait=2").json()["user_rating"] == 4
    assert [one["id"] for one in get(user_client, PRODUCTS, 2, "wait=2").json()["results"]] == [7]


def test_wait__only_the_table_that_is_read_is_brought_up(user_client: APIClient, written: None) -> None:
    get(user_client, WAREHOUSE_DETAIL, 2, "wait=2")
    assert (version_shown(ProductInventory), version_shown(ProductDisplay)) == (2, 0)


@pytest.mark.parametrize("prefer", ["", "wait=0", "wait=soon", "respond-async"])
def test_without_wait__answers_at_once_with_the_current_rows(
    api_client: APIClient, written: None, prefer: str
) -> None:
    applied = prefer if prefer == "wait=0" else ""
    assert consistency_of(get(api_client, PRODUCTS, 2, prefer)) == (200, "stale", applied)
    assert consistency_of(get(api_client, DETAIL, 2, prefer)) == (404, "stale", applied)
    assert version_shown() == 0


def test_without_wait__fresh_when_the_row_is(api_client: APIClient) -> None:
    product(7)
    assert consistency_of(get(api_client, DETAIL, 1)) == (200, "fresh", "")
    append(7, product_rated())
    assert consistency_of(get(api_client, DETAIL, 1)) == (200, "fresh", "")
    assert consistency_of(get(api_client, DETAIL, 2)) == (200, "stale", "")


def test_without_token__there_are_no_consistency_headers(api_client: APIClient) -> None:
    product(7)
    response = api_client.get(DETAIL, headers={"Prefer": "wait=5, handling=strict"})
    assert not {"Consistency", "Preference-Applied"} & set(response.headers)
    assert response["Cache-Control"] == "no-cache"


def test_strict__a_stale_answer_is_refused(api_client: APIClient, written: None) -> None:
    refused = get(api_client, PRODUCTS, 2, "handling=strict")
    assert consistency_of(refused) == (503, "stale", "handling=strict")
    assert (refused.json()["code"], refused["Retry-After"]) == ("stale", "1")
    assert consistency_of(get(api_client, PRODUCTS, 2, "handling=strict, wait=1")) == (
        200,
        "fresh",
        "wait=1, handling=strict",
    )


def test_wait__is_over_when_the_time_is_up(api_client: APIClient, written: None) -> None:
    begun = time.monotonic()
    assert consistency_of(get(api_client, DETAIL, 3, "wait=1")) == (200, "stale", "wait=1")
    assert 1 <= time.monotonic() - begun < 3
    assert consistency_of(get(api_client, DETAIL, 3, "wait=1, handling=strict"))[:2] == (503, "stale")


def test_wait__comes_before_if_none_match(api_client: APIClient) -> None:
    product(7)
    held = {"If-None-Match": api_client.get(DETAIL)["ETag"]}
    append(7, product_rated())
    without = {**held, "Consistency-Token": token(2)}
    assert api_client.get(DETAIL, headers=without).status_code == 304
    response = api_client.get(DETAIL, headers={**without, "Prefer": "wait=1"})
    assert (response.status_code, response["ETag"][:3]) == (200, '"2-')


@pytest.mark.parametrize("prefer", ["", "wait=5", "wait=5, handling=strict"])
def test_parked__is_stale_and_not_waited_for(api_client: APIClient, prefer: str) -> None:
    product(7, product_rated())
    park()
    begun = time.monotonic()
    status = 503 if "strict" in prefer else 200
    assert consistency_of(get(api_client, DETAIL, 2, prefer))[:2] == (status, "stale")
    assert time.monotonic() - begun < 1


def test_parked__is_not_brought_up(api_client: APIClient) -> None:
    product(7)
    append(7, product_rated())
    park()
    assert consistency_of(get(api_client, DETAIL, 2, "wait=5"))[1] == "stale"
    assert version_shown() == 1
    ParkedKey.objects.all().delete()
    assert consistency_of(get(api_client, DETAIL, 2, "wait=5"))[1] == "fresh"
    assert version_shown() == 2


def test_parked__in_the_other_projection_does_not_matter(api_client: APIClient, written: None) -> None:
    park(model=ProductInventory)
    assert consistency_of(get(api_client, DETAIL, 2, "wait=1"))[1] == "fresh"


def test_another_products_token__brings_that_product_up(api_client: APIClient, written: None) -> None:
    product(8)
    assert consistency_of(get(api_client, f"{PRODUCTS}8/", 2))[1] == "stale"
    assert consistency_of(get(api_client, f"{PRODUCTS}8/", 2, "wait=1"))[1] == "fresh"
    assert version_shown() == 2


def test_another_products_token__the_one_shown_is_stale_when_parked(
    api_client: APIClient, written: None
) -> None:
    product(8)
    park(8)
    assert consistency_of(get(api_client, f"{PRODUCTS}8/", 2, "wait=1"))[1] == "stale"
    assert consistency_of(get(api_client, PRODUCTS, 2, "wait=1"))[1] == "fresh"


@pytest.mark.parametrize("path", [*READ_MODEL_PATHS, *LOG_PATHS])
@pytest.mark.parametrize("sent", ["", "nonsense", "WzcsMSwxXQ:AAAA", token(2)[:-1], f"{token(2)}x", "é"])
def test_token__forged_or_malformed_is_refused_with_or_without_prefer(
    superuser_client: APIClient, written: None, path: str, sent: str
) -> None:
    product(8)
    for prefer in ({}, {"Prefer": "wait=1"}):
        refused = superuser_client.get(path, headers={"Consistency-Token": sent, **prefer})
        assert faults(refused) == ["Consistency-Token"]


def test_token__is_named_among_all_the_faults(api_client: APIClient) -> None:
    refused = api_client.get(f"{PRODUCTS}?page_size=0&cursor=x", headers={"Consistency-Token": "x"})
    assert faults(refused) == ["page_size", "Consistency-Token", "cursor"]


@pytest.mark.parametrize("path", LOG_PATHS[:2] + LOG_PATHS[3:])
def test_log__is_fresh_for_every_committed_version(
    superuser_client: APIClient, written: None, path: str
) -> None:
    assert consistency_of(get(superuser_client, path, 2, "handling=strict")) == (
        200,
        "fresh",
        "handling=strict",
    )
    assert consistency_of(get(superuser_client, path, 3)) == (200, "stale", "")
    assert consistency_of(get(superuser_client, path, 3, "handling=strict"))[:2] == (503, "stale")


@pytest.mark.parametrize("mode", ["eventual", "scheduled", "on_demand"])
def test_sync_modes__the_waiting_reader_sees_its_write_in_each(
    api_client: APIClient, settings: Settings, written: None, mode: str
) -> None:
    settings.PROJECTION_SYNC = {"product_display": mode}
    assert consistency_of(get(api_client, DETAIL, 2, "wait=1")) == (200, "fresh", "wait=1")


def test_sync_modes__inline_is_fresh_at_once(api_client: APIClient, settings: Settings) -> None:
    settings.PROJECTION_SYNC = {"product_display": "inline"}
    append(7, product_added())
    assert consistency_of(get(api_client, DETAIL, 1)) == (200, "fresh", "")


def test_sync_modes__on_demand_is_fresh_without_waiting(
    api_client: APIClient, settings: Settings, written: None
) -> None:
    settings.PROJECTION_SYNC = {"product_display": "on_demand"}
    assert consistency_of(get(api_client, DETAIL, 2, "handling=strict"))[:2] == (200, "fresh")


@pytest.mark.parametrize("reason", [{"halted": "another log"}, {"projection_version": 99}])
def test_projection__that_may_not_go_on_is_not_brought_up(
    api_client: APIClient, written: None, reason: dict[str, Any]
) -> None:
    checkpoints_of(projection_into(ProductDisplay))
    Checkpoint.objects.update(**reason)
    assert consistency_of(get(api_client, DETAIL, 2, "wait=1"))[:2] == (404, "stale")
    assert version_shown() == 0


def test_wait_slots__when_all_are_taken_the_answer_comes_at_once(
    api_client: APIClient, written: None, all_slots_taken: None
) -> None:
    begun = time.monotonic()
    assert consistency_of(get(api_client, DETAIL, 3, "wait=30")) == (200, "stale", "")
    refused = get(api_client, DETAIL, 3, "wait=30, handling=strict")
    assert consistency_of(refused) == (503, "stale", "handling=strict")
    assert time.monotonic() - begun < 2


def test_wait_slots__bringing_up_needs_none(
    api_client: APIClient, written: None, all_slots_taken: None
) -> None:
    assert consistency_of(get(api_client, DETAIL, 2, "wait=30")) == (200, "fresh", "wait=30")


def test_log_lost__public_queries_go_on_without_it(api_client: APIClient, written: None) -> None:
    product(8)
    with connections[write_alias()].execute_wrapper(lost("events_event")):
        assert consistency_of(get(api_client, f"{PRODUCTS}8/", 1, product_id=8))[:2] == (200, "fresh")
        assert consistency_of(get(api_client, PRODUCTS, 2, "wait=1"))[:2] == (200, "stale")
        assert consistency_of(get(api_client, PRODUCTS, 2, "wait=1, handling=strict"))[:2] == (503, "stale")


def test_log_lost__on_demand_answers_with_the_current_rows(api_client: APIClient, settings: Settings) -> None:
    product(7)
    settings.PROJECTION_SYNC = {"product_display": "on_demand"}
    with connections[write_alias()].execute_wrapper(lost("events_event")):
        assert [api_client.get(path).status_code for path in (DETAIL, PRODUCTS, CATEGORIES)] == [200] * 3


@pytest.mark.parametrize("path", LOG_PATHS)
def test_log_lost__queries_of_the_log_are_unavailable(
    superuser_client: APIClient, written: None, path: str
) -> None:
    with connections[write_alias()].execute_wrapper(lost("events_event")):
        refused = superuser_client.get(path)
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")


def lost(table: str) -> Callable[..., Any]:
    """An execute wrapper in which statements about that table fail."""

    def refuse(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if table in sql:
            raise OperationalError("connection refused")
        return execute(sql, *rest)

    return refuse


@pytest.mark.parametrize(("path", "statements"), [(DETAIL, 2), (PRODUCTS, 2), (CATEGORIES, 2)])
def test_token__costs_one_statement_of_the_read_side(
    api_client: APIClient, django_assert_num_queries: DjangoAssertNumQueries, path: str, statements: int
) -> None:
    product(7)
    with django_assert_num_queries(statements, using=read_alias()) as captured:
        assert get(api_client, path, 1, "wait=5")["Consistency"] == "fresh"
    assert not [query for query in captured.captured_queries if "events_event" in query["sql"]]
