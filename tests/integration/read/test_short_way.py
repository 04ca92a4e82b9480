"""The short way to a product gives the answer of the long way, and is left to it whenever there is more to ask."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings
from rest_framework.response import Response

from boundary.rates import Rate
from products_read.api import short_way
from tests.integration.read.given import product

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/products/7/"
ALIKE = [
    {},
    {"Accept": "application/json"},
    {"Accept": "*/*"},
    {"If-None-Match": '"1-0"'},
    {"If-None-Match": "*"},
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


def got(**headers: str) -> Any:
    return Client().get(ADDRESS, headers=headers)


def went_the_long_way(answer: Any) -> bool:
    return isinstance(answer, Response)


def seen(answer: Any) -> tuple[int, bytes, dict[str, str]]:
    """All that a client sees, but for the id that each request has of its own."""
    headers = {name: value for name, value in answer.items() if name != "X-Correlation-ID"}
    return answer.status_code, answer.content, headers


@pytest.mark.parametrize("headers", ALIKE)
def test_short_way__answers_as_the_long_way_does(
    headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    short = got(**headers)
    monkeypatch.setattr(short_way, "asks_for_more", lambda request: True)
    long = got(**headers)
    assert [went_the_long_way(answer) for answer in (short, long)] == [False, True]
    assert seen(short) == seen(long)


@pytest.mark.parametrize("headers", MORE)
def test_more__is_left_to_the_long_way(headers: dict[str, str]) -> None:
    assert went_the_long_way(got(**headers))


def test_more__a_parameter_or_another_method_is_left_to_the_long_way() -> None:
    answers = [Client().get(f"{ADDRESS}?as_of=yesterday"), Client().head(ADDRESS), Client().options(ADDRESS)]
    assert all(map(went_the_long_way, answers))


def test_refusals__are_left_to_the_long_way() -> None:
    answer = Client().get("/api/v1/products/8/")
    assert went_the_long_way(answer)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_closed_reads__are_left_to_the_long_way(settings: Settings) -> None:
    settings.API_PUBLIC_READ = False
    assert got().status_code == 401


def test_throttle__counts_both_ways_alike(settings: Settings) -> None:
    cache.clear()
    settings.THROTTLE_ANON = Rate(3, 60)
    statuses = [
        got(**headers).status_code for headers in ({}, {"Prefer": "wait=0"}, {}, {}, {"Prefer": "wait=0"})
    ]
    assert statuses == [200, 200, 200, 429, 429]
    cache.clear()
