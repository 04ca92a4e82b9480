"""A client above the rate gets 429 with Retry-After. A spoofed X-Forwarded-For does not change its count."""

import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from boundary.limits.rates import Rate
from config.settings.cache import tuned_cache
from products_write.models import Product
from tests.conftest import client_of

pytestmark = pytest.mark.django_db

PRODUCTS = "/api/v1/products/"


@pytest.fixture(autouse=True)
def two_a_minute(settings: Settings) -> None:
    settings.NUM_PROXIES = 0
    settings.THROTTLE_ANON = settings.THROTTLE_USER = Rate(2, 60)


def statuses(client: APIClient, path: str = PRODUCTS, **request: Any) -> list[int]:
    return [client.get(path, **request).status_code for _ in range(3)]


def test_throttle__the_third_is_a_problem_with_retry_after(api_client: APIClient) -> None:
    for _ in range(2):
        assert api_client.get(PRODUCTS).status_code == 200
    refused = api_client.get(PRODUCTS)

    assert (refused.status_code, refused["Content-Type"]) == (429, "application/problem+json")
    assert refused.json()["code"] == "throttled"
    assert 1 <= int(refused["Retry-After"]) <= 60


def test_throttle__unset_is_no_limit(api_client: APIClient, settings: Settings) -> None:
    settings.THROTTLE_ANON = None

    assert statuses(api_client) == [200, 200, 200]


def test_throttle__another_address_has_its_own_count(api_client: APIClient) -> None:
    assert statuses(api_client, REMOTE_ADDR="192.0.2.1") == [200, 200, 429]
    assert statuses(api_client, REMOTE_ADDR="192.0.2.2") == [200, 200, 429]


def test_throttle__a_spoofed_address_is_the_same_bucket(api_client: APIClient) -> None:
    spoofed = [
        api_client.get(PRODUCTS, headers={"X-Forwarded-For": f"203.0.113.{n}"}).status_code for n in range(3)
    ]

    assert spoofed == [200, 200, 429]


def test_throttle__behind_a_proxy_clients_are_told_apart_and_spoofers_are_not(
    api_client: APIClient, settings: Settings
) -> None:
    settings.NUM_PROXIES = 1

    def status_of_request_from(forwarded: str) -> int:
        return api_client.get(PRODUCTS, headers={"X-Forwarded-For": forwarded}).status_code

    spoofed = [status_of_request_from(f"203.0.113.{n}, 198.51.100.1") for n in range(3)]
    assert spoofed == [200, 200, 429]
    assert status_of_request_from("198.51.100.2") == 200


def test_throttle__a_user_is_counted_across_addresses(user: User, superuser: User) -> None:
    statuses_seen = [client_of(user).get(PRODUCTS, REMOTE_ADDR=f"192.0.2.{n}").status_code for n in range(3)]

    assert statuses_seen == [200, 200, 429]
    assert client_of(superuser).get(PRODUCTS).status_code == 200


def test_throttle__commands_are_counted_and_nothing_is_done(superuser_client: APIClient) -> None:
    def added() -> int:
        lamp = {"name": "Lamp", "unit_price": "1.00"}
        return superuser_client.post("/api/v1/commands/add-new-product/", lamp, format="json").status_code

    assert [added() for _ in range(3)] == [201, 201, 429]
    assert Product.objects.count() == 2


@pytest.mark.parametrize("page", ["/api/auth/login/", "/admin/login/"])
def test_throttle__sign_in_pages_are_counted(client: Client, user: User, page: str) -> None:
    answers = [client.post(page, {"username": "ada", "password": "wrong"}).status_code for _ in range(3)]

    assert answers == [200, 200, 429]


def test_throttle__with_the_cache_down_the_service_goes_on(
    api_client: APIClient, superuser_client: APIClient, settings: Settings
) -> None:
    settings.CACHES = {
        "default": tuned_cache(
            {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
        )
    }
    started = time.perf_counter()

    assert statuses(api_client) == statuses(superuser_client) == [200, 200, 200]
    assert time.perf_counter() - started < 2


def test_throttle__counts_in_a_real_redis(api_client: APIClient, settings: Settings, redis_url: str) -> None:
    settings.CACHES = {
        "default": tuned_cache(
            {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": redis_url}
        )
    }

    assert statuses(api_client, REMOTE_ADDR="198.51.100.77") == [200, 200, 429]
