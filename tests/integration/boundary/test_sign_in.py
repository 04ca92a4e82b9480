"""After too many wrong passwords for one user name or from one address, sign-in is refused for 15 minutes."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from boundary.limits import sign_in
from boundary.models import SignInAttempt

pytestmark = pytest.mark.django_db

PAGES = ("/api/auth/login/", "/admin/login/")


def tried(client: Client, password: str, username: str = "ada", page: str = PAGES[0], **request: Any) -> int:
    return client.post(page, {"username": username, "password": password}, **request).status_code


def guess(client: Client, times: int = sign_in.PER_USER, **attempt: Any) -> list[int]:
    return [tried(client, f"guess-{n}", **attempt) for n in range(times)]


@pytest.mark.parametrize("page", PAGES)
def test_sign_in__after_five_wrong_passwords_the_right_one_is_refused_too(
    client: Client, user: User, page: str
) -> None:
    assert guess(client, page=page) == [200] * 5

    refused = client.post(page, {"username": "ada", "password": "ada-has-a-password"})

    assert (refused.status_code, refused["Retry-After"]) == (429, "900")
    assert refused.json()["code"] == "throttled"
    assert "_auth_user_id" not in client.session


def test_sign_in__a_browser_sees_a_page_that_says_how_long(client: Client, user: User) -> None:
    guess(client)

    page = client.post(
        PAGES[0], {"username": "ada", "password": "x"}, headers={"Accept": "text/html,*/*;q=0.8"}
    )

    assert (page.status_code, page["Content-Type"]) == (429, "text/html; charset=utf-8")
    assert "Wait 15 minutes" in page.content.decode()


def test_sign_in__both_pages_share_the_count(client: Client, user: User) -> None:
    guess(client, 3, page=PAGES[0])
    guess(client, 2, page=PAGES[1])

    assert tried(client, "ada-has-a-password", page=PAGES[1]) == 429


def test_sign_in__a_spoofed_address_is_no_way_around(client: Client, user: User, settings: Settings) -> None:
    settings.NUM_PROXIES = 0
    for n in range(5):
        tried(client, "guess", headers={"X-Forwarded-For": f"203.0.113.{n}"})

    assert tried(client, "ada-has-a-password", headers={"X-Forwarded-For": "203.0.113.99"}) == 429


@pytest.mark.parametrize("username", ["ADA", " ada ", "\uff41da"])
def test_sign_in__the_same_name_written_otherwise_is_no_way_around(
    client: Client, user: User, username: str
) -> None:
    guess(client, username=username)

    assert tried(client, "ada-has-a-password") == 429


def test_sign_in__somebody_elsewhere_is_not_locked_out(client: Client, user: User) -> None:
    guess(client)

    assert tried(Client(), "ada-has-a-password", REMOTE_ADDR="192.0.2.1") == 302


def test_sign_in__a_right_password_forgets_the_wrong_ones(client: Client, user: User) -> None:
    guess(client, 4)
    assert tried(client, "ada-has-a-password") == 302

    assert SignInAttempt.objects.count() == 0
    assert guess(client) == [200] * 5


def test_sign_in__many_names_from_one_address_are_spraying(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "PER_ADDRESS", 7)
    for n in range(7):
        assert tried(client, "spring2026", username=f"user-{n}") == 200

    assert tried(client, "ada-has-a-password") == 429


def test_sign_in__waiting_ends_and_is_not_prolonged_by_trying(client: Client, user: User) -> None:
    guess(client)
    assert guess(client, 3) == [429] * 3
    assert SignInAttempt.objects.count() == 5
    SignInAttempt.objects.update(attempted_at=timezone.now() - sign_in.WINDOW - timedelta(seconds=1))

    assert tried(client, "ada-has-a-password") == 302
    assert SignInAttempt.objects.count() == 0


def test_sign_in__tokens_are_not_concerned(client: Client, user: User, user_client: APIClient) -> None:
    guess(client, 8)

    assert user_client.get("/api/v1/inventory/").status_code == 200


def test_sign_in__a_forged_form_is_no_attempt(user: User) -> None:
    forger = Client(enforce_csrf_checks=True)

    assert guess(forger, 8) == [403] * 8
    assert SignInAttempt.objects.count() == 0


def test_sign_in__names_are_kept_as_digests(client: Client) -> None:
    tried(client, "x", username="my-password-typed-here\x00")

    assert "my-password" not in SignInAttempt.objects.get().username
