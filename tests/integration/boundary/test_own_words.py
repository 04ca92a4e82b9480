"""Refusals by Django and Django REST framework reach clients in the words of this service."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from boundary.limits.rates import Rate
from tests.conftest import client_of

pytestmark = pytest.mark.django_db

COMMAND = "/api/v1/commands/rate-product/"
LOGIN = "/api/auth/login/"
BAD_TOKEN = (
    "The token in the Authorization header is not valid, or its user is not active. "
    "Send 'Authorization: Token <key>' with a valid key."
)
NO_TOKEN = "Sign in, or send 'Authorization: Token <key>'."
CSRF = (
    "The CSRF token of the form is missing or too old, or the form comes from another site. "
    "Reload the page, then send the form again."
)


def detail(response: Any, status: int) -> str:
    assert response.status_code == status, response.content
    found: str = response.json()["detail"]
    return found


@pytest.fixture
def browser(user: User) -> Client:
    signed_in = Client(enforce_csrf_checks=True)
    signed_in.force_login(user)
    return signed_in


@pytest.mark.parametrize("header", ["Token nobodys", "Token", "Token a b", "Token \xff"])
def test_message__of_a_bad_token(api_client: APIClient, header: str) -> None:
    refused = api_client.get("/api/v1/products/", HTTP_AUTHORIZATION=header)

    assert detail(refused, 401) == BAD_TOKEN


def test_message__of_a_user_who_is_not_active(api_client: APIClient, user: User) -> None:
    key = Token.objects.create(user=user).key
    User.objects.update(is_active=False)

    refused = api_client.get("/api/v1/products/", headers={"Authorization": f"Token {key}"})

    assert detail(refused, 401) == BAD_TOKEN


@pytest.mark.parametrize("path", ["/api/v1/inventory/", "/api/v1/events/", "/api/v1/products/1/?as_of=2026"])
def test_message__without_a_token(api_client: APIClient, path: str) -> None:
    assert detail(api_client.get(path), 401) == NO_TOKEN


def test_message__without_permission(user: User) -> None:
    expected = "Your account does not have the permission for this. Ask an administrator for it."

    assert detail(client_of(user).get("/api/v1/events/"), 403) == expected


def test_message__of_another_method(api_client: APIClient) -> None:
    expected = "This address does not allow that method. The Allow header lists the allowed methods."

    assert detail(api_client.delete("/api/v1/products/"), 405) == expected


@pytest.mark.parametrize("path", [COMMAND, LOGIN])
def test_message__of_a_form_without_its_csrf_token(browser: Client, path: str) -> None:
    form = {"data": "product_id=1", "content_type": "application/x-www-form-urlencoded"}

    assert detail(browser.post(path, **form), 403) == CSRF
    assert detail(browser.post(path, **form, headers={"Origin": "https://evil.example"}), 403) == CSRF


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=\xe4"])
def test_message__of_a_form_that_cannot_be_read(user: User, content_type: str) -> None:
    lenient = Client()
    lenient.force_login(user)

    refused = lenient.post(COMMAND, b"--x\r\n", content_type=content_type)

    assert detail(refused, 400) == "The service cannot read the request. Check its headers and its body."


def test_message__of_too_many_requests(api_client: APIClient, settings: Settings) -> None:
    settings.THROTTLE_ANON = Rate(1, 60)
    expected = "You sent too many requests. Wait for the seconds in Retry-After, then try again."

    assert api_client.get("/api/v1/products/").status_code == 200
    assert detail(api_client.get("/api/v1/products/"), 429) == expected
