"""Workers execute accepted commands once and in order, also when messages, broker or workers are lost."""

from typing import Any
from uuid import uuid4

import pytest
import requests
from redis import Redis

from tests.e2e.test_whole_loop import send, signed_up
from tests.support.processes import Running, Service, eventually

pytestmark = [pytest.mark.processes, pytest.mark.takes_minutes]

ASYNC = {"Prefer": "respond-async"}


def accepted(web: Running, headers: dict[str, str], command: str, **fields: Any) -> str:
    """Send a command asynchronously. Returns the address of its status."""
    answer = send(web, headers | ASYNC, command, **fields)
    assert (answer.status_code, answer.json()["status"]) == (202, "pending")
    return web.url + answer.headers["Location"]


def status(address: str, headers: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = requests.get(address, headers=headers, timeout=15).json()
    return found


def new_product(web: Running, headers: dict[str, str]) -> int:
    """The id of a new product, which has no stock."""
    added = send(web, headers, "add-new-product", name="Lamp", unit_price="12.50")
    return int(added.json()["product_id"])


def stock_of(web: Running, headers: dict[str, str], product_id: int) -> int:
    """The stock that the refusal of a far too large shipment names. The request changes nothing."""
    answer = send(web, headers, "confirm-items-shipped", product_id=product_id, quantity=10**9)
    return int(answer.json()["current_stock"])


def test_full_stack__a_worker_executes_it(full_stack: Service) -> None:
    web, headers = full_stack.web(), signed_up(full_stack, "ada")
    worker = full_stack.worker()
    address = accepted(web, headers, "add-to-inventory", product_id=new_product(web, headers), quantity=3)
    eventually(lambda: status(address, headers)["status"] == "succeeded")
    assert "products_write.execute_command" in worker.output


def test_full_stack__two_workers_keep_the_order_accepted(full_stack: Service) -> None:
    web, headers = full_stack.web(workers=2), signed_up(full_stack, "ada")
    product_id = new_product(web, headers)
    addresses = [
        accepted(web, headers, name, product_id=product_id, quantity=quantity)
        for quantity in range(1, 31)
        for name in ("add-to-inventory", "confirm-items-shipped")
    ]
    full_stack.worker(concurrency=2)
    full_stack.worker(concurrency=2)
    eventually(lambda: all(status(address, headers)["status"] != "pending" for address in addresses), 40)
    # In any other order the service refuses a shipment.
    assert [status(address, headers).get("version") for address in addresses] == list(range(2, 62))


def test_full_stack__without_a_broker_it_is_accepted_at_once_and_executed(full_stack: Service) -> None:
    web, headers = full_stack.web(), signed_up(full_stack, "ada")
    product_id = new_product(web, headers)
    Redis.from_url(full_stack.env["CELERY_BROKER_URL"]).shutdown(nosave=True)
    address = accepted(web, headers, "add-to-inventory", product_id=product_id, quantity=3)
    eventually(lambda: status(address, headers)["status"] == "succeeded")


def test_full_stack__lost_messages_are_made_good_by_the_sweep(full_stack: Service) -> None:
    web, headers = full_stack.web(), signed_up(full_stack, "ada")
    product_id = new_product(web, headers)
    addresses = [
        accepted(web, headers, "add-to-inventory", product_id=product_id, quantity=quantity)
        for quantity in (1, 2, 4)
    ]
    eventually(lambda: Redis.from_url(full_stack.env["CELERY_BROKER_URL"]).llen("celery") >= 3)
    Redis.from_url(full_stack.env["CELERY_BROKER_URL"]).flushall()
    full_stack.worker()
    full_stack.beat(SWEEP_INTERVAL="0.5")
    eventually(lambda: all(status(address, headers)["status"] == "succeeded" for address in addresses))
    assert stock_of(web, headers, product_id) == 7


def test_full_stack__a_web_process_killed_before_it_publishes_has_accepted(full_stack: Service) -> None:
    headers = signed_up(full_stack, "ada")
    web = full_stack.web()
    product_id, key = new_product(web, headers), str(uuid4())
    doomed = full_stack.web(FAILPOINT="after-commit")
    with pytest.raises(requests.ConnectionError):
        accepted(
            doomed, headers | {"Idempotency-Key": key}, "add-to-inventory", product_id=product_id, quantity=3
        )
    full_stack.worker()
    full_stack.beat(SWEEP_INTERVAL="0.5")
    address = f"{web.url}/api/v1/commands/{key}/"
    eventually(lambda: status(address, headers)["status"] == "succeeded")


def test_full_stack__a_worker_killed_in_the_middle_leaves_it_to_the_next(full_stack: Service) -> None:
    web, headers = full_stack.web(), signed_up(full_stack, "ada")
    product_id = new_product(web, headers)
    doomed = full_stack.worker(FAILPOINT="after-append")
    address = accepted(web, headers, "add-to-inventory", product_id=product_id, quantity=3)
    eventually(lambda: "failpoint after-append" in doomed.output)
    doomed.kill()
    assert status(address, headers)["status"] == "pending"
    full_stack.worker()
    full_stack.beat(SWEEP_INTERVAL="0.5")
    eventually(lambda: status(address, headers)["status"] == "succeeded", 30)
    assert status(address, headers)["version"] == 2
    assert stock_of(web, headers, product_id) == 3


def test_embedded__it_is_executed_soon_after_the_answer(embedded: Service) -> None:
    web, headers = embedded.web(SWEEP_INTERVAL="3600"), signed_up(embedded, "ada")
    address = accepted(web, headers, "add-to-inventory", product_id=new_product(web, headers), quantity=3)
    eventually(lambda: status(address, headers)["status"] == "succeeded", 5)


def test_embedded__a_command_waiting_after_a_crash_is_executed_at_the_next_start(embedded: Service) -> None:
    headers = signed_up(embedded, "ada")
    first = embedded.web()
    product_id, key = new_product(first, headers), str(uuid4())
    first.stop()
    doomed = embedded.web(FAILPOINT="after-commit")
    with pytest.raises(requests.ConnectionError):
        accepted(
            doomed, headers | {"Idempotency-Key": key}, "add-to-inventory", product_id=product_id, quantity=3
        )
    doomed.kill()
    web = embedded.web()
    eventually(lambda: status(f"{web.url}/api/v1/commands/{key}/", headers)["status"] == "succeeded")


def test_embedded__send_command_async_executes_before_it_ends(embedded: Service) -> None:
    embedded.manage(
        "send_command", "add-new-product", '{"product_id": 7, "name": "Pot", "unit_price": 1}', "--async"
    )
    again = embedded.manage("send_command", "change-price", '{"product_id": 7, "unit_price": 1}')
    assert '"version":1' in again.stdout
