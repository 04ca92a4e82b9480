"""The connection to PostgreSQL breaks before or during the COMMIT of a command."""

import json
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.support.cutting_proxy import cutting_proxy
from tests.support.processes import Service

pytestmark = pytest.mark.processes

ADD = '{"product_id": 7, "quantity": 3}'


@pytest.fixture
def stocked(full_stack: Service) -> Service:
    full_stack.manage("send_command", "add-new-product", '{"product_id": 7, "name": "Pot", "unit_price": 1}')
    return full_stack


def add(service: Service, key: str, **env: str) -> dict[str, Any]:
    done = service.manage("send_command", "add-to-inventory", ADD, "--id", key, check=False, **env)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def stock_and_events(service: Service) -> tuple[int, int]:
    with psycopg.connect(service.env["DATABASE_URL"]) as connection:
        row = connection.execute(
            "SELECT (SELECT quantity FROM products_write_stockitem), (SELECT count(*) FROM events_event)"
        ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def test_lost_before_commit__nothing_is_done_and_a_repetition_does_it(stocked: Service) -> None:
    key = str(uuid4())
    with cutting_proxy(stocked.env["DATABASE_URL"], commits=False) as url:
        assert add(stocked, key, DATABASE_URL=url)["code"] == "unavailable"
    assert stock_and_events(stocked) == (0, 1)
    assert add(stocked, key)["status"] == "succeeded"
    assert stock_and_events(stocked) == (3, 2)


def test_lost_during_commit__the_stored_response_is_returned_each_time(stocked: Service) -> None:
    key = str(uuid4())
    with cutting_proxy(stocked.env["DATABASE_URL"], commits=True) as url:
        answer = add(stocked, key, DATABASE_URL=url)
    assert (answer["status"], answer["version"]) == ("succeeded", 2)
    assert add(stocked, key) == answer
    assert stock_and_events(stocked) == (3, 2)
