"""A request has a session when it is for a page or brings a cookie."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

pytestmark = pytest.mark.django_db

API = "/api/v1/categories/"


@pytest.mark.parametrize(
    ("address", "cookie", "has_session"),
    [(API, "", False), (API, "any=cookie", True), ("/", "", True), ("/api/auth/login/", "", True)],
)
def test_session__is_for_pages_and_requests_with_a_cookie(
    address: str, cookie: str, has_session: bool
) -> None:
    request = Client().get(address, headers={"Cookie": cookie}).wsgi_request
    assert [hasattr(request, name) for name in ("session", "_messages")] == [has_session] * 2


def test_session__signs_in_to_the_api(user: User) -> None:
    client = Client()
    assert client.get("/api/v1/inventory/").status_code == 401
    client.force_login(user)
    assert client.get("/api/v1/inventory/").status_code == 200


def test_browsable_page__is_there_without_a_cookie() -> None:
    answer = Client().get(API, headers={"Accept": "text/html"})
    assert (answer.status_code, b"Log in" in answer.content) == (200, True)
