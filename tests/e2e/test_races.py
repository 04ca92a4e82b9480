"""Many clients at once over HTTP, four web processes on PostgreSQL: a command takes effect once or not at all."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import requests

from tests.e2e.test_whole_loop import send, signed_up
from tests.support.processes import Running, Service

pytestmark = pytest.mark.processes

CLIENTS = 24
MAX_REPETITIONS = 200  # of one request


@pytest.fixture
def web(full_stack: Service) -> Running:
    return full_stack.web(workers=4, threads=8, LOG_LEVEL="INFO")


@pytest.fixture
def headers(full_stack: Service) -> dict[str, str]:
    return signed_up(full_stack, "ada")


@pytest.fixture
def database(full_stack: Service) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(full_stack.env["DATABASE_URL"], autocommit=True) as connection:
        yield connection


def all_at_once(requested: Iterable[Callable[[], requests.Response]]) -> list[requests.Response]:
    with ThreadPoolExecutor(CLIENTS) as clients:
        return [future.result() for future in [clients.submit(request) for request in requested]]


def sent_until_answered(
    web: Running, headers: dict[str, str], command: str, key: str, **fields: Any
) -> requests.Response:
    """Send the command, and repeat it while the service tells to try again. Returns the last response."""
    for _ in range(MAX_REPETITIONS):
        answer = send(web, headers | {"Idempotency-Key": key}, command, **fields)
        if answer.status_code != 503 and answer.json().get("code") != "command_in_progress":
            return answer
        assert int(answer.headers["Retry-After"]) >= 1
        sleep(0.05)
    raise AssertionError("The service never answered.")


def test_shipments__race_for_the_stock_and_a_quarter_get_it(
    web: Running, headers: dict[str, str], database: psycopg.Connection[Any]
) -> None:
    send(web, headers, "add-new-product", product_id=7, name="Lamp", unit_price="12.50")
    send(web, headers, "add-to-inventory", product_id=7, quantity=100)

    answers = all_at_once(
        lambda: sent_until_answered(
            web, headers, "confirm-items-shipped", str(uuid4()), product_id=7, quantity=1
        )
        for _ in range(400)
    )

    assert Counter(answer.status_code for answer in answers) == {200: 100, 409: 300}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {
        "insufficient_stock"
    }
    versions = sorted(answer.json()["version"] for answer in answers if answer.status_code == 200)
    assert versions == list(range(3, 103))
    assert stock(database, 7) == 0
    assert database.execute("SELECT count(*) FROM events_event WHERE product_id = 7").fetchone() == (102,)


def test_one_key__posted_fifty_times_at_once_has_one_effect_and_one_answer(
    web: Running, headers: dict[str, str], database: psycopg.Connection[Any]
) -> None:
    send(web, headers, "add-new-product", product_id=7, name="Lamp", unit_price="12.50")
    key = str(uuid4())

    answers = all_at_once(
        lambda: sent_until_answered(web, headers, "add-to-inventory", key, product_id=7, quantity=3)
        for _ in range(50)
    )

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    assert stock(database, 7) == 3


def test_one_key__of_a_new_product_makes_one(
    web: Running, headers: dict[str, str], database: psycopg.Connection[Any]
) -> None:
    key = str(uuid4())

    answers = all_at_once(
        lambda: sent_until_answered(web, headers, "add-new-product", key, name="Lamp", unit_price="12.50")
        for _ in range(50)
    )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert database.execute("SELECT count(*) FROM products_write_product").fetchone() == (1,)


def test_two_products__related_in_opposite_orders_never_deadlock(
    web: Running, headers: dict[str, str], database: psycopg.Connection[Any]
) -> None:
    for product_id in (7, 8):
        send(web, headers, "add-new-product", product_id=product_id, name="Lamp", unit_price="12.50")

    answers = all_at_once(
        lambda about=about, name=name: send(web, headers, name, **about)
        for _ in range(50)
        for name in ("relate-products", "unrelate-products")
        for about in (
            {"product_id": 7, "related_product_id": 8},
            {"product_id": 8, "related_product_id": 7},
        )
    )

    ended = Counter(answer.json().get("code", "succeeded") for answer in answers)
    assert set(ended) <= {"succeeded", "relation_not_found"}
    assert "deadlock" not in web.output
    assert "command_retried" not in web.output
    related = database.execute("SELECT product_id, related_product_id FROM products_write_productrelation")
    assert sorted(related) == sorted(related_by_the_log(database))


def related_by_the_log(database: psycopg.Connection[Any]) -> list[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for product_id, kind, data in database.execute(
        "SELECT product_id, type, data FROM events_event WHERE type LIKE '%related' ORDER BY position"
    ):
        pair = (product_id, data["related_product_id"])
        if kind == "product.related":
            assert pair not in found
            found.add(pair)
        else:
            found.remove(pair)
    return list(found)


def stock(database: psycopg.Connection[Any], product_id: int) -> int:
    found = database.execute(
        "SELECT quantity FROM products_write_stockitem WHERE product_id = %s", [product_id]
    ).fetchone()
    assert found is not None
    return int(found[0])
