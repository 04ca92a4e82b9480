"""The feed: all events in the order of the log, and waiting for the next one."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections, transaction
from pytest_django import Settings
from rest_framework.test import APIClient

from events.consistency import tokens
from events.consistency.bounded_wait import wait_slots
from kernel.database.aliases import write_alias
from tests.conftest import client_of
from tests.integration.read.querying import faults, get_json
from tests.integration.read.test_bounded_wait import meanwhile
from tests.support.streams import append, append_open, product_added, product_rated

# These tests commit: on PostgreSQL the watermark cannot be read in the transaction that has appended.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quiet_log")]

FEED = "/api/v1/events/"


@pytest.fixture
def client(transactional_db: None) -> APIClient:
    return client_of(User.objects.create_superuser("root"))


@pytest.fixture
def positions() -> list[int]:
    """The positions of five events of two products, in the order of the log."""
    first = append(7, product_added(), product_rated())
    second = append(8, product_added())
    third = append(7, product_rated(user_id=2), product_rated(user_id=3))
    return [event.position for event in (*first, *second, *third)]


def read(client: APIClient, **parameters: int) -> tuple[list[int], int, int]:
    feed = get_json(client, FEED, **parameters)
    assert list(feed) == ["results", "next_after", "head"]
    return [event["position"] for event in feed["results"]], feed["next_after"], feed["head"]


def test_feed__is_the_log_in_order(client: APIClient, positions: list[int]) -> None:
    assert read(client) == (positions, positions[-1], positions[-1])
    types = [event["type"] for event in get_json(client, FEED)["results"]]
    assert types == ["product.added", "product.rated", "product.added", "product.rated", "product.rated"]


def test_feed__goes_on_after_a_position(client: APIClient, positions: list[int]) -> None:
    head = positions[-1]
    assert read(client, limit=2) == (positions[:2], positions[1], head)
    assert read(client, after=positions[1], limit=2) == (positions[2:4], positions[3], head)
    assert read(client, after=positions[3], limit=2) == (positions[4:], head, head)
    assert read(client, after=head) == ([], head, head)


def test_feed__of_an_empty_log(client: APIClient) -> None:
    assert read(client) == ([], 0, 0)


def test_feed__a_position_beyond_the_head_is_kept(client: APIClient, positions: list[int]) -> None:
    assert read(client, after=2**63 - 1) == ([], 2**63 - 1, positions[-1])


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", f"after={2**63}", "limit=0", "limit=1001", "limit=1.5", "page_size=1"]
)
def test_feed__refuses_invalid_parameters(client: APIClient, query: str) -> None:
    assert faults(client.get(f"{FEED}?{query}")) == [query.partition("=")[0]]


def test_feed__limits(client: APIClient) -> None:
    append(7, product_added(), *(product_rated(user_id=user) for user in range(1, 1002)))
    assert [len(read(client)[0]), len(read(client, limit=1000)[0])] == [100, 1000]


@pytest.mark.postgresql
def test_feed__misses_no_event_that_commits_later(client: APIClient, positions: list[int]) -> None:
    """One writer draws a position and does not commit. Another draws a later position and commits first."""
    head = read(client)[2]
    drawn, finish = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with transaction.atomic(using=write_alias()):
            append_open(9, product_added())
            drawn.set()
            finish.wait(10)

    with meanwhile(write_slowly):
        drawn.wait(10)
        append(10, product_added())
        while_open = read(client, after=head)
        finish.set()
    assert while_open == ([], head, head)
    assert [event["product_id"] for event in get_json(client, FEED, after=head)["results"]] == [9, 10]


def long_poll(client: APIClient, after: int, prefer: str, **headers: str) -> tuple[Any, float]:
    begun = time.monotonic()
    response = client.get(f"{FEED}?after={after}", headers={"Prefer": prefer, **headers})
    assert response.status_code == 200
    return response, time.monotonic() - begun


def test_long_poll__ends_with_the_next_event(client: APIClient, positions: list[int]) -> None:
    head = positions[-1]
    with meanwhile(later(0.4, lambda: append(9, product_added()))):
        response, seconds = long_poll(client, head, "wait=30")
    assert [event["product_id"] for event in response.json()["results"]] == [9]
    assert (response["Preference-Applied"], response["Cache-Control"]) == ("wait=30", "no-store")
    assert 0.3 < seconds < 10


def test_long_poll__answers_at_once_when_there_are_events(client: APIClient, positions: list[int]) -> None:
    response, seconds = long_poll(client, positions[0], "wait=30")
    assert len(response.json()["results"]) == 4
    assert seconds < 5


def test_long_poll__ends_empty_when_the_time_is_up(client: APIClient, positions: list[int]) -> None:
    response, seconds = long_poll(client, positions[-1], "wait=1")
    assert response.json() == {"results": [], "next_after": positions[-1], "head": positions[-1]}
    assert 1 <= seconds < 3


def test_long_poll__does_not_hammer_the_database(client: APIClient, positions: list[int]) -> None:
    statements: list[str] = []

    def record(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        statements.append(sql)
        assert not connections[write_alias()].in_atomic_block
        return execute(sql, *rest)

    with connections[write_alias()].execute_wrapper(record):
        long_poll(client, positions[-1], "wait=2")
    assert len(statements) < 20


def test_long_poll__needs_a_wait_slot(client: APIClient, settings: Settings, positions: list[int]) -> None:
    settings.WEB_THREADS = 4
    with wait_slots.acquire():
        response, seconds = long_poll(client, positions[-1], "wait=30")
    assert (response.json()["results"], "Preference-Applied" in response) == ([], False)
    assert seconds < 5


def test_token__is_fresh_when_the_feed_reaches_its_position(client: APIClient, positions: list[int]) -> None:
    for ahead, consistency in ((0, "fresh"), (1, "stale")):
        token = tokens.issue_token(7, 4, positions[-1] + ahead)
        response, _ = long_poll(client, 0, "handling=lenient", **{"Consistency-Token": token})
        assert (response["Consistency"], response["Preference-Applied"]) == (consistency, "handling=lenient")


def later(seconds: float, action: Callable[[], object]) -> Callable[[], None]:
    def wait_and_do() -> None:
        time.sleep(seconds)
        action()

    return wait_and_do
