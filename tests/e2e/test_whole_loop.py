"""A command sent over HTTP becomes readable over HTTP, also when a part of the installation is down meanwhile."""

import signal
import subprocess
import sys
from secrets import token_hex, token_urlsafe
from typing import Any
from uuid import uuid4

import pytest
import requests
from redis import Redis

from tests.support.processes import Running, Service, eventually

pytestmark = pytest.mark.processes

_LONG_AGO = "'2026-01-01 00:00:00'"
SIGN_UP = (
    "INSERT INTO auth_user (username, password, first_name, last_name, email, is_superuser, is_staff, is_active,"
    " date_joined) VALUES ('{name}', '!', '', '', '', true, true, true, " + _LONG_AGO + ")"
)
GIVE_TOKEN = (
    "INSERT INTO authtoken_token (key, created, user_id)"
    " SELECT '{token}', " + _LONG_AGO + ", id FROM auth_user WHERE username = '{name}'"
)


def signed_up(service: Service, name: str) -> dict[str, str]:
    """Make a superuser with a token. Returns the headers of its requests."""
    token = token_hex(20)
    service.sql(SIGN_UP.format(name=name))
    service.sql(GIVE_TOKEN.format(name=name, token=token))
    return {"Authorization": f"Token {token}"}


def send(web: Running, headers: dict[str, str], command: str, **fields: Any) -> requests.Response:
    address = f"{web.url}/api/v1/commands/{command}/"
    return requests.post(address, json=fields, headers=headers, timeout=15)


def displayed(web: Running, product_id: int) -> dict[str, Any]:
    answer = requests.get(f"{web.url}/api/v1/products/{product_id}/", timeout=15)
    return answer.json() if answer.status_code == 200 else {}


def test_full_stack__a_command_becomes_readable_by_itself(full_stack: Service) -> None:
    web, headers = full_stack.web(), signed_up(full_stack, "ada")
    full_stack.worker()
    added = send(web, headers, "add-new-product", name="Lamp", unit_price="12.50")
    assert (added.status_code, added.json()["version"]) == (201, 1)
    product_id = added.json()["product_id"]
    eventually(lambda: displayed(web, product_id).get("version") == 1)


def test_full_stack__with_the_worker_stopped_it_becomes_readable_when_one_is_back(
    full_stack: Service,
) -> None:
    web, headers = full_stack.web(), signed_up(full_stack, "ada")
    first = full_stack.worker()
    first.kill()
    added = send(web, headers, "add-new-product", name="Lamp", unit_price="12.50").json()
    assert displayed(web, added["product_id"]) == {}
    full_stack.worker()
    eventually(lambda: displayed(web, added["product_id"]).get("version") == 1)


def test_full_stack__with_redis_stopped_the_command_succeeds_and_becomes_readable(
    full_stack: Service,
) -> None:
    web, headers = full_stack.web(), signed_up(full_stack, "ada")
    Redis.from_url(full_stack.env["CELERY_BROKER_URL"]).shutdown(nosave=True)
    added = send(web, headers, "add-new-product", name="Lamp", unit_price="12.50")
    assert added.status_code == 201
    eventually(lambda: displayed(web, added.json()["product_id"]).get("version") == 1)


def test_full_stack__the_events_of_a_killed_web_process_are_swept_up(full_stack: Service) -> None:
    headers = signed_up(full_stack, "ada")
    doomed = full_stack.web(FAILPOINT="after-commit")
    with pytest.raises(requests.ConnectionError):
        send(doomed, headers, "add-new-product", product_id=7, name="Lamp", unit_price="12.50")
    web = full_stack.web()
    full_stack.worker()
    full_stack.beat(SWEEP_INTERVAL="0.5")
    eventually(lambda: displayed(web, 7).get("version") == 1)


def test_embedded__killed_between_commit_and_projection_it_catches_up_when_started_again(
    embedded: Service,
) -> None:
    headers, key = signed_up(embedded, "ada"), str(uuid4())
    doomed = embedded.web(FAILPOINT="after-commit", SWEEP_INTERVAL="3600")
    with pytest.raises(requests.ConnectionError):
        send(
            doomed,
            headers | {"Idempotency-Key": key},
            "add-new-product",
            product_id=7,
            name="L",
            unit_price=1,
        )
    web = embedded.web()
    eventually(lambda: displayed(web, 7).get("version") == 1)
    again = send(
        web, headers | {"Idempotency-Key": key}, "add-new-product", product_id=7, name="L", unit_price=1
    )
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert displayed(web, 7)["version"] == 1


def test_embedded__a_failpoint_is_ignored_without_debug() -> None:
    reach = "from kernel import failpoints; import django; django.setup(); failpoints.reach('after-commit')"
    environment = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "FAILPOINT": "after-commit",
        "SECRET_KEY": token_urlsafe(50),
    }
    for debug, expected in (("false", 0), ("true", -signal.SIGKILL)):
        ended = subprocess.run([sys.executable, "-c", reach], env=environment | {"DEBUG": debug}, check=False)
        assert ended.returncode == expected


def test_embedded__the_whole_story_over_http(embedded: Service) -> None:
    """Add, stock, rate as two users, rate again, ship and recount. A shipment above the stock changes nothing."""
    ada, bob = signed_up(embedded, "ada"), signed_up(embedded, "bob")
    web = embedded.web()
    product_id = send(web, ada, "add-new-product", name="Lamp", unit_price=12.5).json()["product_id"]
    about = {"product_id": product_id}
    for headers, command, fields in (
        (ada, "add-to-inventory", {"quantity": 10}),
        (ada, "rate-product", {"rating": 4}),
        (bob, "rate-product", {"rating": 1}),
        (bob, "rate-product", {"rating": 5}),
        (ada, "confirm-items-shipped", {"quantity": 3}),
    ):
        assert send(web, headers, command, **about, **fields).status_code == 200
    refused = send(web, ada, "confirm-items-shipped", **about, quantity=8)
    assert (refused.status_code, refused.json()["code"], refused.json()["current_stock"]) == (
        409,
        "insufficient_stock",
        7,
    )
    assert (
        send(web, ada, "update-stock-from-inventory-recount", **about, updated_quantity=6).status_code == 200
    )
    inventory = requests.get(f"{web.url}/api/v1/inventory/{product_id}/", headers=ada, timeout=15).json()
    assert (inventory["current_stock"], inventory["version"]) == (6, 7)
    shown = displayed(web, product_id)
    assert (shown["unit_price"], shown["user_rating"], shown["rating_count"]) == ("12.50", 4.5, 2)
    embedded.manage("verify_read_models")
