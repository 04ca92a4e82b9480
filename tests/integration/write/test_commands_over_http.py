"""Commands over HTTP: responses, headers, refusals, descriptions and status."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from events.consistency.tokens import Token, read_token
from products_write.commands import COMMANDS
from products_write.models import CommandRecord
from tests.conftest import client_of
from tests.support.deciding import added, nothing_changes, sent, state_of

pytestmark = pytest.mark.django_db

COMMANDS_URL = "/api/v1/commands/"


def post(client: APIClient, name: str, body: dict[str, Any], **headers: str) -> Any:
    return client.post(f"{COMMANDS_URL}{name}/", body, format="json", headers=headers)


def code_of(response: Any) -> tuple[int, str]:
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["correlation_id"] == response.headers["X-Correlation-ID"]
    return response.status_code, problem["code"]


def test_post__answers_as_the_contract_says(user_client: APIClient) -> None:
    product_id, command_id = added(), str(uuid4())
    response = post(
        user_client,
        "rate-product",
        {"product_id": product_id, "rating": 4},
        **{"Idempotency-Key": command_id},
    )
    position = response.json()["position"]
    assert response.status_code == 200
    assert response.json() == {
        "command_id": command_id,
        "command": "rate-product",
        "status": "succeeded",
        "product_id": product_id,
        "version": 2,
        "position": position,
        "events": [{"type": "product.rated", "version": 2, "position": position}],
    }
    assert read_token(response.headers["Consistency-Token"]) == Token(product_id, 2, position)
    assert response.headers["Cache-Control"] == "no-store"
    assert {"Authorization", "Cookie", "Accept"} <= set(response.headers["Vary"].split(", "))


def test_post__a_new_product_is_created_at_its_location(superuser_client: APIClient) -> None:
    response = post(superuser_client, "add-new-product", {"name": "Teapot", "unit_price": 12.5})
    assert response.status_code == 201
    assert response.headers["Location"] == f"/api/v1/products/{response.json()['product_id']}/"


def test_post__repeated_gives_the_same_bytes_and_is_marked_as_replayed(superuser_client: APIClient) -> None:
    headers, body = {"Idempotency-Key": f'"{uuid4()}"'}, {"name": "Teapot", "unit_price": "12.50"}
    first = post(superuser_client, "add-new-product", body, **headers)
    again = post(superuser_client, "add-new-product", body, **headers)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Consistency-Token"] == first.headers["Consistency-Token"]


def test_post__a_reused_key_is_422(user_client: APIClient) -> None:
    product_id, key = added(), {"Idempotency-Key": str(uuid4())}
    post(user_client, "rate-product", {"product_id": product_id, "rating": 4}, **key)
    response = post(user_client, "rate-product", {"product_id": product_id, "rating": 5}, **key)
    assert code_of(response) == (422, "idempotency_key_reused")


def test_post__a_command_in_progress_has_retry_after(user: User, user_client: APIClient) -> None:
    key, body = str(uuid4()), {"product_id": added(), "rating": 4}
    post(user_client, "rate-product", body, **{"Idempotency-Key": key})
    CommandRecord.objects.filter(command_id=key).update(status="pending", http_status=None, body="")
    response = post(user_client, "rate-product", body, **{"Idempotency-Key": key})
    assert code_of(response) == (409, "command_in_progress")
    assert int(response.headers["Retry-After"]) >= 1


@pytest.mark.parametrize("name", COMMANDS)
def test_post__without_an_account_is_401_with_any_body(api_client: APIClient, name: str) -> None:
    response = api_client.post(f"{COMMANDS_URL}{name}/", b"{", content_type="application/json")
    assert code_of(response) == (401, "not_authenticated")
    assert response.headers["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize("name", [name for name, command in COMMANDS.items() if command.needs_permission])
def test_post__without_the_commands_permission_is_403(user: User, user_client: APIClient, name: str) -> None:
    codename = name.replace("-", "_")
    others = Permission.objects.filter(content_type__app_label="products_write").exclude(codename=codename)
    user.user_permissions.add(*others)
    assert code_of(post(user_client, name, {})) == (403, "permission_denied")
    user.user_permissions.add(Permission.objects.get(codename=codename))
    assert code_of(post(user_client, name, {})) == (400, "invalid")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"product_id": 1, "product_id": 1, "rating": 4}',
        b'{"product_id": NaN, "rating": 4}',
        b'{"product_id": 1e400, "rating": 4}',
        b'{"product_id": 1, "rating": 4.0}',
        b'{"product_id": 1, "rating": true}',
        b'{"product_id": 1, "rating": "4"}',
        b'{"product_id": 9223372036854775808, "rating": 4}',
        b'{"product_id": %b, "rating": 4}' % (b"9" * 5000),
        b'{"product_id": 1, "rating": 4, "version": 7}',
        b'{"product_id": 1, "rating": 4, "a": "\\ud800"}',
        b'{"product_id": 1, "rating": 4, "a": "\xff"}',
        b"[" * 100_000,
    ],
    ids=lambda body: body[:40].decode(errors="replace"),
)
def test_post__a_malformed_body_is_400(user_client: APIClient, body: bytes) -> None:
    with nothing_changes():
        response = user_client.post(f"{COMMANDS_URL}rate-product/", body, content_type="application/json")
    assert code_of(response) == (400, "invalid")


def test_post__names_all_the_faults(user_client: APIClient) -> None:
    response = post(user_client, "rate-product", {"product_id": True, "rating": 9, "more": 1})
    assert {fault["field"] for fault in response.json()["errors"]} == {"product_id", "rating", "more"}


def test_post__too_large_is_413(user_client: APIClient) -> None:
    response = post(user_client, "rate-product", {"more": "x" * 300_000})
    assert code_of(response) == (413, "payload_too_large")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded"]
)
def test_post__other_media_with_a_token_are_415(user_client: APIClient, content_type: str) -> None:
    body = f"product_id={added()}&rating=4"
    with nothing_changes():
        response = user_client.post(f"{COMMANDS_URL}rate-product/", body, content_type=content_type)
    assert code_of(response) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "headers",
    [{"Idempotency-Key": "x"}, {"If-Match": 'W/"1"'}, {"If-Match": '"1", "2"'}, {"If-Match": "*"}],
    ids=str,
)
def test_post__a_malformed_header_is_400(user_client: APIClient, headers: dict[str, str]) -> None:
    body = {"product_id": added(), "rating": 4}
    with nothing_changes():
        response = post(user_client, "rate-product", body, **headers)
    assert code_of(response) == (400, "invalid")
    assert response.json()["errors"][0]["field"] in headers


def test_post__a_new_product_matches_no_version(superuser_client: APIClient) -> None:
    response = post(
        superuser_client, "add-new-product", {"name": "x", "unit_price": 1}, **{"If-Match": '"1"'}
    )
    assert code_of(response) == (400, "invalid")


def test_post__an_outdated_version_is_412_and_names_the_conflict(superuser_client: APIClient) -> None:
    product_id = added()
    sent("change-price", product_id=product_id, unit_price="13.00")
    body = {"product_id": product_id, "unit_price": "14.00"}
    response = post(superuser_client, "change-price", body, **{"If-Match": '"1-abc"'})
    assert code_of(response) == (412, "version_conflict")
    assert response.json()["current_version"] == 2
    assert response.json()["conflicting_events"] == [{"type": "product.price_changed", "version": 2}]
    assert post(superuser_client, "change-price", body, **{"If-Match": '"2"'}).status_code == 200


def test_post__insufficient_stock_names_the_stock(superuser_client: APIClient) -> None:
    body = {"product_id": added(), "quantity": 1}
    response = post(superuser_client, "confirm-items-shipped", body)
    assert code_of(response) == (409, "insufficient_stock")
    assert response.json()["current_stock"] == 0


def test_post__a_missing_related_product_is_404_and_named(superuser_client: APIClient) -> None:
    body = {"product_id": added(), "related_product_id": 2**40}
    response = post(superuser_client, "relate-products", body)
    assert code_of(response) == (404, "product_not_found")
    assert response.json()["field"] == "related_product_id"


def test_post__an_outdated_recount_names_the_latest_count(superuser_client: APIClient) -> None:
    product_id = added()
    sent("update-stock-from-inventory-recount", product_id=product_id, updated_quantity=1)
    body = {"product_id": product_id, "updated_quantity": 2, "counted_at": "2026-01-01T00:00:00+01:00"}
    response = post(superuser_client, "update-stock-from-inventory-recount", body)
    assert code_of(response) == (409, "recount_outdated")
    assert response.json()["counted_at"].endswith("Z")


def test_post__correlation_id_is_taken_over(user_client: APIClient) -> None:
    body = {"product_id": added(), "rating": 4}
    response = post(user_client, "rate-product", body, **{"X-Correlation-ID": "trail-1"})
    assert response.headers["X-Correlation-ID"] == "trail-1"
    assert CommandRecord.objects.get(name="rate-product").correlation_id == "trail-1"


def test_get__lists_every_command_with_fields_and_url(api_client: APIClient) -> None:
    response = api_client.get(COMMANDS_URL)
    assert [each["name"] for each in response.json()] == list(COMMANDS)
    rate = next(each for each in response.json() if each["name"] == "rate-product")
    assert rate["url"] == "http://testserver/api/v1/commands/rate-product/"
    assert [field["name"] for field in rate["fields"]] == ["product_id", "rating", "user_id"]
    assert rate["fields"][1] | {"description": ""} == {
        "name": "rating",
        "type": "integer",
        "required": True,
        "nullable": False,
        "description": "",
        "minimum": 1,
        "maximum": 5,
    }
    assert api_client.get(rate["url"]).json() == rate


def test_get__is_closed_when_reading_is_not_public(api_client: APIClient, settings: Settings) -> None:
    settings.API_PUBLIC_READ = False
    assert code_of(api_client.get(COMMANDS_URL)) == (401, "not_authenticated")
    assert code_of(api_client.get(f"{COMMANDS_URL}rate-product/")) == (401, "not_authenticated")


@pytest.mark.parametrize("path", ["nope/", "rate-product%0a/", "Rate-Product/", "rate-product"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_other_addresses__are_404(user_client: APIClient, method: str, path: str) -> None:
    response = getattr(user_client, method)(COMMANDS_URL + path)
    assert code_of(response) == (404, "not_found")


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods__are_405_with_allow(superuser_client: APIClient, method: str) -> None:
    response = getattr(superuser_client, method)(f"{COMMANDS_URL}rate-product/")
    assert code_of(response) == (405, "method_not_allowed")
    assert response.headers["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_head_and_options__work(api_client: APIClient, user_client: APIClient) -> None:
    assert api_client.head(COMMANDS_URL).status_code == 200
    assert user_client.options(f"{COMMANDS_URL}rate-product/").status_code == 200


def test_status__of_ones_own_command(user_client: APIClient) -> None:
    answer = post(user_client, "rate-product", {"product_id": added(), "rating": 4})
    response = user_client.get(f"{COMMANDS_URL}{answer.json()['command_id']}/")
    assert response.status_code == 200
    assert response.json() | answer.json() == response.json()
    assert response.headers["Consistency-Token"] == answer.headers["Consistency-Token"]


def test_status__of_a_refused_command_has_its_problem(user_client: APIClient) -> None:
    key = str(uuid4())
    refusal = post(user_client, "withdraw-rating", {"product_id": added()}, **{"Idempotency-Key": key})
    document = user_client.get(f"{COMMANDS_URL}{key}/").json()
    assert document["status"] == "refused"
    assert document["problem"] == refusal.json()
    assert document["problem"]["code"] == "rating_not_found"


def test_status__of_anothers_command_needs_the_permission(user: User, superuser_client: APIClient) -> None:
    answer = post(superuser_client, "add-new-product", {"name": "x", "unit_price": 1}).json()
    url = f"{COMMANDS_URL}{answer['command_id']}/"
    assert code_of(client_of(user).get(url)) == (404, "not_found")
    user.user_permissions.add(Permission.objects.get(codename="view_command"))
    assert client_of(user).get(url).json()["position"] == answer["position"]


def test_status__shared_by_two_is_told_apart_by_actor(user: User, superuser: User) -> None:
    key, product_id = str(uuid4()), added()
    for rating, who in ((1, user), (2, superuser)):
        body = {"product_id": product_id, "rating": rating}
        post(client_of(who), "rate-product", body, **{"Idempotency-Key": key})
    url, client = f"{COMMANDS_URL}{key}/", client_of(superuser)
    assert client.get(url).json()["version"] == 3
    assert client.get(f"{url}?actor={user.pk}").json()["version"] == 2
    assert code_of(client.get(f"{url}?actor=99999")) == (404, "not_found")
    assert code_of(client_of(user).get(f"{url}?actor={superuser.pk}")) == (404, "not_found")
    assert code_of(client.get(f"{url}?who=1")) == (400, "invalid")


def test_status__without_an_account_is_401(api_client: APIClient) -> None:
    assert code_of(api_client.get(f"{COMMANDS_URL}{uuid4()}/")) == (401, "not_authenticated")


def browser(user: User) -> Client:
    client = Client(enforce_csrf_checks=True, headers={"Accept": "text/html"})
    client.force_login(user)
    return client


def token_in(page: Any) -> str:
    return str(page.content.decode().split('name="csrfmiddlewaretoken" value="')[1].split('"')[0])


def test_browser__sends_the_form_with_its_session(superuser: User) -> None:
    client, url = browser(superuser), f"{COMMANDS_URL}add-new-product/"
    form = {"csrfmiddlewaretoken": token_in(client.get(url)), "product_id": "", "sku": "", "description": ""}
    response = client.post(url, form | {"name": "Teapot", "unit_price": "12.5", "categories": "tea, gifts"})
    assert response.status_code == 201
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    product_id = CommandRecord.objects.get().product_id
    assert product_id is not None
    assert state_of(product_id)["categories"] == ["gifts", "tea"]


def test_browser__without_the_csrf_token_is_refused(superuser: User) -> None:
    client = browser(superuser)
    with nothing_changes():
        response = client.post(
            f"{COMMANDS_URL}add-new-product/",
            {"name": "x", "unit_price": "1"},
            headers={"Accept": "application/json"},
        )
    assert code_of(response) == (403, "csrf_failed")


def test_browser__reads_the_refusal_in_the_page(superuser: User) -> None:
    client, url = browser(superuser), f"{COMMANDS_URL}rate-product/"
    form = {"csrfmiddlewaretoken": token_in(client.get(url)), "product_id": "1", "rating": "9"}
    response = client.post(url, form)
    assert response.status_code == 400
    assert "rating" in response.content.decode()


def test_schema__describes_every_command(api_client: APIClient) -> None:
    schema = json.loads(api_client.get("/api/schema/?format=json").content)
    for name in COMMANDS:
        operation = schema["paths"][f"/api/v1/commands/{name}/"]["post"]
        assert operation["operationId"] == name.replace("-", "_")
        assert "application/json" in operation["requestBody"]["content"]
