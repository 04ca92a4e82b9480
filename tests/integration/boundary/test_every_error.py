"""Every error becomes a problem document. A browser gets a page with the code of the error."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from boundary.responses.problem_pages import ProblemDetailsMiddleware
from tests.conftest import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.boundary.raising_urls")]

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
EXPECTED = [
    ("bug", 500, "internal"),
    ("away", 503, "unavailable"),
    ("suspicious", 400, "invalid"),
    ("forbidden", 403, "permission_denied"),
    ("missing", 404, "not_found"),
]


@pytest.fixture(params=[True, False], ids=["debug", "production"])
def either(settings: Settings, request: pytest.FixtureRequest) -> None:
    settings.DEBUG = request.param


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


def assert_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    found: dict[str, Any] = response.json()
    assert (found["status"], found["code"]) == (status, code)
    assert {"type", "title", "detail"} <= set(found)
    assert found["correlation_id"] == response["X-Correlation-ID"]
    assert "developers" not in response.content.decode()
    return found


def assert_page(response: Any, status: int, code: str) -> None:
    assert (response.status_code, response["Content-Type"]) == (status, "text/html; charset=utf-8")
    page = response.content.decode()
    assert code in page
    assert "developers" not in page


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize("kind", ["plain", "drf"])
@pytest.mark.parametrize(("error", "status", "code"), EXPECTED)
def test_api__every_exception_is_a_problem(
    visitor: Client, kind: str, error: str, status: int, code: str
) -> None:
    assert_problem(visitor.get(f"/api/{kind}/{error}/"), status, code)


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize("kind", ["plain", "drf"])
@pytest.mark.parametrize(("error", "status", "code"), EXPECTED)
def test_api__to_a_browser_it_is_a_page(
    visitor: Client, kind: str, error: str, status: int, code: str
) -> None:
    assert_page(visitor.get(f"/api/{kind}/{error}/", headers=BROWSER), status, code)


def test_api__without_the_middleware_debug_shows_developers_pages(
    visitor: Client, settings: Settings
) -> None:
    """The negative control of the two tests above."""
    settings.DEBUG = True
    name = f"{ProblemDetailsMiddleware.__module__}.{ProblemDetailsMiddleware.__name__}"
    settings.MIDDLEWARE = [other for other in settings.MIDDLEWARE if other != name]

    response = visitor.get("/api/plain/bug/")

    assert "a detail for developers" in response.content.decode()


@pytest.mark.parametrize(("error", "status", "code"), EXPECTED)
def test_page__in_production_an_error_is_a_page_for_people(
    visitor: Client, settings: Settings, error: str, status: int, code: str
) -> None:
    settings.DEBUG = False

    assert_page(visitor.get(f"/page/{error}/", headers=BROWSER), status, code)
    assert_problem(visitor.get(f"/page/{error}/"), status, code)


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize("path", ["/api/v1/products/", "/api/v1/commands/change-price/", "/api/nothing/"])
def test_api__a_host_that_is_not_ours_is_a_problem(visitor: Client, settings: Settings, path: str) -> None:
    settings.ALLOWED_HOSTS = ["products.example"]

    assert_problem(visitor.get(path, headers={"Host": "evil.example"}), 400, "invalid")


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete", "options"])
@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/v1", "/api/v1/products", "/api/v1/commands/change-price"]
)
def test_api__without_the_slash_or_unknown_is_404_for_every_method(
    visitor: Client, method: str, path: str
) -> None:
    response = getattr(visitor, method)(path)

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


def test_api__an_unknown_address_is_404_with_a_bad_token_too(visitor: Client) -> None:
    bad = {"Authorization": "Token nobodys"}

    assert_problem(visitor.get("/api/nothing/", headers=bad), 404, "not_found")
    assert_page(visitor.get("/api/nothing/", headers=bad | BROWSER), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("delete", "/api/v1/products/", "GET, HEAD, OPTIONS"),
        ("post", "/api/v1/products/1/", "GET, HEAD, OPTIONS"),
        ("put", "/api/v1/commands/change-price/", "GET, POST, HEAD, OPTIONS"),
        ("post", "/api/v1/", "GET, HEAD, OPTIONS"),
        ("post", "/api/docs/", "GET, HEAD, OPTIONS"),
        ("post", "/api/schema/", "GET, HEAD, OPTIONS"),
        ("delete", "/api/auth/login/", "GET, POST, OPTIONS"),
        ("get", "/api/auth/logout/", "POST, OPTIONS"),
    ],
)
def test_api__405_names_the_methods(
    superuser_client: APIClient, method: str, path: str, allowed: str
) -> None:
    refused = getattr(superuser_client, method)(path)

    assert_problem(refused, 405, "method_not_allowed")
    assert {name.strip() for name in refused["Allow"].split(",")} >= set(allowed.split(", ")) - {"HEAD"}


@pytest.mark.parametrize(
    "path", ["/api/v1/", "/api/v1/products/", "/api/v1/commands/", "/api/v1/categories/"]
)
def test_api__head_and_options_answer(api_client: APIClient, path: str) -> None:
    got, head, options = api_client.get(path), api_client.head(path), api_client.options(path)

    assert (got.status_code, head.status_code, options.status_code) == (200, 200, 200)
    assert head["Content-Type"] == got["Content-Type"]
    assert "GET" in options["Allow"]


@pytest.mark.parametrize("path", ["/api/v1/products/", "/api/v1/commands/", "/api/v1/", "/api/schema/"])
def test_api__406_is_a_problem(api_client: APIClient, path: str) -> None:
    assert_problem(api_client.get(path, headers={"Accept": "image/png"}), 406, "not_acceptable")


def test_api__413_and_415_are_problems(superuser_client: APIClient) -> None:
    path = "/api/v1/commands/change-price/"

    large = superuser_client.post(path, b" " * (256 * 1024 + 1), content_type="application/json")
    other = superuser_client.post(path, b"<a/>", content_type="application/xml")

    assert_problem(large, 413, "payload_too_large")
    assert_problem(other, 415, "unsupported_media_type")


def test_api__more_parameters_than_anyone_needs_are_400(superuser_client: APIClient, superuser: User) -> None:
    many = "&".join(f"p{n}=1" for n in range(1001))
    browser = Client()
    browser.force_login(superuser)

    assert_problem(superuser_client.get(f"/api/v1/products/?{many}"), 400, "invalid")
    form = browser.post(
        "/api/v1/commands/change-price/", many, content_type="application/x-www-form-urlencoded"
    )
    assert_problem(form, 400, "invalid")


@pytest.mark.parametrize("path", ["/api/v1/commands/change-price/", "/api/auth/login/"])
def test_api__a_form_without_csrf_token_is_a_problem(superuser: User, path: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(superuser)
    form = {"data": "product_id=1", "content_type": "application/x-www-form-urlencoded"}

    assert_problem(browser.post(path, **form), 403, "csrf_failed")
    assert_page(browser.post(path, **form, headers=BROWSER), 403, "csrf_failed")


def test_api__a_token_is_refused_with_a_challenge(api_client: APIClient) -> None:
    refused = api_client.get("/api/v1/products/", headers={"Authorization": "Token nobodys"})

    assert_problem(refused, 401, "not_authenticated")
    assert refused["WWW-Authenticate"] == "Token"


def test_api__to_a_browser_every_refusal_is_the_browsable_page(user: User) -> None:
    for path, status, code in (
        ("/api/v1/events/", 403, "permission_denied"),
        ("/api/v1/products/999/", 404, "not_found"),
        ("/api/v1/products/?page_size=0", 400, "invalid"),
        ("/api/nothing/", 404, "not_found"),
    ):
        assert_page(client_of(user).get(path, headers=BROWSER), status, code)
