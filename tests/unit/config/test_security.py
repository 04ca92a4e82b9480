import secrets

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.settings.security import proxy_header, secret_key


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("", "SECRET_KEY is not set"),
        ("short", "SECRET_KEY is weak"),
        ("abcd" * 20, "SECRET_KEY is weak"),
        ("django-insecure-" + "0123456789" * 5, "SECRET_KEY is weak"),
    ],
)
def test_secret_key__weak_is_refused_and_says_why(given: str, reason: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=reason):
        secret_key(given, debug=False)


def test_secret_key__strong_is_taken() -> None:
    given = secrets.token_urlsafe(50)

    assert secret_key(given, debug=False) == given


def test_secret_key__development_needs_none() -> None:
    assert secret_key("", debug=True).startswith("django-insecure-")


@pytest.mark.parametrize(
    "given",
    [
        "X-Forwarded-Proto,https",
        "X-Forwarded-Proto: https",
        "x-forwarded-proto=https",
        "HTTP_X_FORWARDED_PROTO,https",
    ],
)
def test_proxy_header__takes_the_usual_spellings(given: str) -> None:
    assert proxy_header(given) == ("HTTP_X_FORWARDED_PROTO", "https")


def test_proxy_header__empty_is_none() -> None:
    assert proxy_header("") is None


@pytest.mark.parametrize("given", ["X-Forwarded-Proto", "a,b,c", ",https"])
def test_proxy_header__malformed_is_refused(given: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        proxy_header(given)
