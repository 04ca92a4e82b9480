import re

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

pytestmark = pytest.mark.django_db

PATHS = [
    "/",
    "/admin/login/",
    "/api/auth/login/",
    "/api/docs/",
    "/api/v1/products/",
    "/api/nothing/",
    "/nothing",
]


@pytest.mark.parametrize("path", PATHS)
def test_headers__stand_on_every_answer(client: Client, path: str) -> None:
    headers = client.get(path).headers

    assert headers["Content-Security-Policy"] == settings.CONTENT_SECURITY_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_policy__lets_no_script_stand_in_a_page() -> None:
    policy = dict(part.strip().split(" ", 1) for part in settings.CONTENT_SECURITY_POLICY.split(";"))

    assert policy["default-src"] == "'self'"
    assert "script-src" not in policy
    assert (policy["object-src"], policy["base-uri"], policy["frame-ancestors"]) == ("'none'",) * 3


@pytest.mark.parametrize("path", ["/", "/admin/", "/api/docs/", "/api/v1/commands/change-price/"])
def test_pages__hold_no_inline_script_and_load_nothing_from_other_hosts(
    client: Client, superuser: User, path: str
) -> None:
    client.force_login(superuser)
    page = client.get(path, headers={"Accept": "text/html"}).content.decode()

    scripts = re.findall(r"<script([^>]*)>", page)
    assert [script for script in scripts if "src=" not in script and "application/json" not in script] == []
    assert re.findall(r"\son[a-z]+=['\"]", page) == []
    assert re.findall(r'(?:src|action)="(?:https?:)?//', page) == []
    assert re.findall(r'<link[^>]*href="(?:https?:)?//', page) == []


def test_swagger_ui__its_script_is_served_from_here(client: Client) -> None:
    page = client.get("/api/docs/").content.decode()
    address = next(src for src in re.findall(r'<script src="([^"]+)"', page) if src.startswith("/api/docs/"))

    script = client.get(address)

    assert script["Content-Type"].startswith("application/javascript")
    assert "SwaggerUIBundle" in script.content.decode()
    assert re.findall(r"https?://(?!127)", script.content.decode()) == []
