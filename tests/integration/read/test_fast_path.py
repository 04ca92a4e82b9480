"""The fast path to a product gives the response of the full path. A request with more in it takes the full path."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client, RequestFactory
from pytest_django import Settings
from rest_framework.response import Response

from boundary.limits.rates import Rate
from kernel.errors import NotFound
from products_read.api import fast_path
from products_read.api.urls import _route
from products_read.documents import current
from products_read.queries.definition import Access
from products_read.queries.show_inventory import ShowInventory
from tests.integration.read.given import product

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/products/7/"
ALIKE = [
    {},
    {"Accept": "application/json"},
    {"Accept": "*/*"},
    {"If-None-Match": '"1-0"'},
    {"If-None-Match": "*"},
    {"If-None-Match": "{tag}"},
    {"If-None-Match": 'W/{tag}, "1-0"'},
]
MORE = [
    {"Authorization": "Token nobody's"},
    {"Cookie": "sessionid=nobody's"},
    {"Consistency-Token": "malformed"},
    {"Prefer": "handling=strict"},
    {"Accept": "text/html"},
    {"Accept": "application/json, text/html;q=0.9"},
]


@pytest.fixture(autouse=True)
def seven() -> None:
    product(7, sku="OAK-7", categories=["chairs"])


def got(address: str = ADDRESS, **headers: str) -> Any:
    return Client().get(address, headers=headers)


def took_the_full_path(answer: Any) -> bool:
    return isinstance(answer, Response)


def seen(answer: Any) -> tuple[int, bytes, dict[str, str]]:
    """Everything in the response except the correlation id, which differs in each request."""
    headers = {name: value for name, value in answer.items() if name != "X-Correlation-ID"}
    return answer.status_code, answer.content, headers


@pytest.mark.parametrize("headers", ALIKE)
def test_fast_path__gives_the_response_of_the_full_path(
    headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = got()["ETag"]
    headers = {name: value.format(tag=tag) for name, value in headers.items()}
    fast = got(**headers)
    monkeypatch.setattr(fast_path, "asks_for_more", lambda request: True)
    full = got(**headers)
    assert [took_the_full_path(answer) for answer in (fast, full)] == [False, True]
    assert seen(fast) == seen(full)


@pytest.mark.parametrize("headers", MORE)
def test_request_with_more__takes_the_full_path(headers: dict[str, str]) -> None:
    assert took_the_full_path(got(**headers))


def test_request_with_more__a_parameter_or_another_method_takes_the_full_path() -> None:
    answers = [Client().get(f"{ADDRESS}?as_of=yesterday"), Client().head(ADDRESS), Client().options(ADDRESS)]
    assert all(map(took_the_full_path, answers))


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotFound("There is no product 7."), 404, "not_found"),
        (OperationalError("away"), 503, "unavailable"),
        (KeyError("a bug"), 500, "internal"),
    ],
)
def test_refusals__take_the_full_path_and_read_nothing_again(
    error: Exception, status: int, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []

    def fail(*read: Any) -> None:
        reads.append(read)
        raise error

    monkeypatch.setattr(current, "fetch", fail)
    answer = got()
    assert took_the_full_path(answer)
    assert (answer.status_code, answer.json()["code"], len(reads)) == (status, code, 1)


@pytest.mark.parametrize(("of_query", "status"), [(Access.PUBLIC, 200), (Access.SIGNED_IN, 401)])
def test_query_that_is_not_public__takes_the_full_path(of_query: Access, status: int) -> None:
    class ShowStock(ShowInventory, frozen=True, kw_only=True):
        access = of_query
        has_fast_path = True

    answer: Any = _route(ShowStock).callback(RequestFactory().get("/"), product_id=7)
    assert (answer.status_code, took_the_full_path(answer)) == (status, status == 401)


def test_closed_reads__take_the_full_path(settings: Settings) -> None:
    settings.API_PUBLIC_READ = False
    assert got().status_code == 401


@pytest.mark.parametrize("address", [ADDRESS, "/api/v1/products/8/"])
def test_throttle__counts_both_paths_together(settings: Settings, address: str) -> None:
    cache.clear()
    settings.THROTTLE_ANON = Rate(3, 60)
    statuses = [
        got(address, **headers).status_code
        for headers in ({}, {"Prefer": "wait=0"}, {}, {}, {"Prefer": "wait=0"})
    ]
    found = 200 if address == ADDRESS else 404
    assert statuses == [found, found, found, 429, 429]
    cache.clear()
