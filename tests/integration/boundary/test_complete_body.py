"""The service reads a body completely or refuses it. It never acts on a part of a body."""

import asyncio
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.asgi import get_asgi_application
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from boundary.requests.complete_body import CompleteBodyMiddleware
from boundary.requests.parsers import MAX_BODY_BYTES
from products_write.models import StockItem
from tests.support.deciding import added, nothing_changes

pytestmark = pytest.mark.django_db

COMMAND = "/api/v1/commands/add-to-inventory/"
FORM = "application/x-www-form-urlencoded"
BROWSER = {"Accept": "text/html,*/*;q=0.8"}


class Unreadable(BytesIO):
    """The body of a broken connection: reading it fails."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise OSError("connection reset by peer")


class Untouchable(BytesIO):
    """A body that the service must not read."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise AssertionError("The body is read.")


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def sent(
    client: Client,
    path: str,
    body: bytes | BytesIO,
    announced: object,
    content_type: str = FORM,
    **extra: Any,
) -> Any:
    """The response to a POST of the body. Its Content-Length is `announced`, also when that is wrong."""
    stream = BytesIO(body) if isinstance(body, bytes) else body
    environ: dict[str, Any] = {
        "wsgi.input": stream,
        "CONTENT_LENGTH": str(announced),
        "CONTENT_TYPE": content_type,
    }
    return client.generic("POST", path, **environ, **extra)


def task_form(product_id: int) -> tuple[str, bytes]:
    """The address of a task screen, and its form with a quantity of 10."""
    path = f"/admin/products_write/product/{product_id}/add-to-inventory/"
    return path, f"idempotency_key={uuid4()}&quantity=10".encode()


def test_read_whole_body__a_shorter_one_is_a_problem_that_counts_the_bytes(superuser: User) -> None:
    body = f"product_id={added()}&quantity=10".encode()
    with nothing_changes():
        refused = sent(browser_of(superuser), COMMAND, body, 200)
    assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json")
    problem = refused.json()
    detail = (
        f"The body has only {len(body)} of the 200 bytes that Content-Length announces. Nothing was done."
        " Send the whole request again."
    )
    assert (problem["code"], problem["correlation_id"]) == ("invalid", refused["X-Correlation-ID"])
    assert problem["errors"] == [{"field": "", "code": "malformed", "detail": detail}]


def test_read_whole_body__to_a_browser_the_refusal_is_a_page(superuser: User) -> None:
    path, body = task_form(added())
    with nothing_changes():
        refused = sent(browser_of(superuser), path, body, len(body) + 1, headers=BROWSER)
    assert (refused.status_code, refused["Content-Type"]) == (400, "text/html; charset=utf-8")
    assert f"only {len(body)} of the {len(body) + 1} bytes" in refused.content.decode()


def test_read_whole_body__without_the_middleware_the_part_is_executed(
    superuser: User, settings: Settings
) -> None:
    """The negative control of the two tests above."""
    name = f"{CompleteBodyMiddleware.__module__}.{CompleteBodyMiddleware.__name__}"
    settings.MIDDLEWARE = [other for other in settings.MIDDLEWARE if other != name]
    product_id = added()
    path, body = task_form(product_id)
    assert sent(browser_of(superuser), path, body, len(body) + 2).status_code == 302
    assert StockItem.objects.get(product_id=product_id).quantity == 10


def test_read_whole_body__a_whole_one_is_executed(superuser: User) -> None:
    product_id = added()
    path, body = task_form(product_id)
    assert sent(browser_of(superuser), path, body, len(body)).status_code == 302
    assert StockItem.objects.get(product_id=product_id).quantity == 10


@pytest.mark.parametrize("path", [COMMAND, "/admin/login/", "/api/auth/login/", "/api/auth/logout/", "/"])
def test_read_whole_body__a_broken_connection_is_a_problem_and_no_bug(
    superuser: User, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    with nothing_changes():
        refused = sent(browser_of(superuser), path, Unreadable(), 200)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    assert refused.json()["detail"].startswith("The connection broke before the whole body had come.")
    assert [record.levelname for record in caplog.records if record.exc_info or record.levelno > 30] == []


@pytest.mark.parametrize("length", ["abc", "-5", "+5", "1_0", "10,10", " 10", "\u0665", "1e3", "9" * 19])
def test_read_whole_body__a_malformed_length_is_named(superuser: User, length: str) -> None:
    path, body = task_form(added())
    with nothing_changes():
        refused = sent(browser_of(superuser), path, body, length)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    (fault,) = refused.json()["errors"]
    assert (fault["field"], fault["code"]) == ("Content-Length", "malformed")
    assert repr(length) in fault["detail"]


@pytest.mark.parametrize("length", ["", "0"])
def test_read_whole_body__without_a_length_there_is_no_body(superuser: User, length: str) -> None:
    path, _ = task_form(added())
    with nothing_changes():
        refused = sent(browser_of(superuser), path, Untouchable(), length)
    assert refused.status_code == 400
    assert "The form is incomplete; fill it in again." in refused.content.decode()


def test_read_whole_body__the_largest_is_read_and_compared(superuser: User) -> None:
    path, body = task_form(added())
    with nothing_changes():
        refused = sent(browser_of(superuser), path, body, MAX_BODY_BYTES)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize("path", ["/admin/login/", "/api/auth/login/", "/api/v1/products/", "/"])
def test_read_whole_body__a_larger_one_is_refused_unread(client: Client, path: str) -> None:
    refused = sent(client, path, Untouchable(), MAX_BODY_BYTES + 1)
    assert (refused.status_code, refused.json()["code"]) == (413, "payload_too_large")


def test_read_whole_body__a_larger_command_is_refused_unread_after_the_account(
    api_client: APIClient, user_client: APIClient, superuser_client: APIClient
) -> None:
    clients = (api_client, user_client, superuser_client)
    answers = [sent(each, COMMAND, Untouchable(), MAX_BODY_BYTES + 1, "application/json") for each in clients]
    assert [answer.status_code for answer in answers] == [401, 403, 413]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("length", ["200", str(MAX_BODY_BYTES + 1), "abc"])
def test_read_whole_body__a_query_is_answered_without_its_body(
    api_client: APIClient, method: str, length: str
) -> None:
    environ: dict[str, Any] = {"wsgi.input": Untouchable(), "CONTENT_LENGTH": length}
    assert api_client.generic(method, "/api/v1/products/", **environ).status_code == 200


@pytest.mark.parametrize("probe", ["/healthz", "/readyz"])
def test_read_whole_body__a_probe_never_waits(client: Client, probe: str) -> None:
    assert sent(client, probe, Untouchable(), 200).status_code == 200


def test_read_whole_body__over_asgi_a_shorter_one_is_refused_too() -> None:
    headers = [(b"content-length", b"200"), (b"content-type", FORM.encode()), (b"host", b"testserver")]
    scope = {"type": "http", "method": "POST", "path": "/api/auth/login/", "headers": headers}
    to_receive: list[dict[str, Any]] = [{"type": "http.request", "body": b"username=ada", "more_body": False}]
    responses: list[Mapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        # The client sends its body once and then only waits for the response.
        return to_receive.pop() if to_receive else await asyncio.Future()

    async def send(message: Mapping[str, Any]) -> None:
        responses.append(message)

    asyncio.run(get_asgi_application()(scope, receive, send))
    assert (responses[0]["status"], b"only 12 of the 200 bytes" in responses[1]["body"]) == (400, True)
