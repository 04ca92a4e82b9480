import json
import logging
import sys
from collections.abc import Iterator

import pytest
from django.test import RequestFactory
from django.views.debug import ExceptionReporter
from pytest_django import Settings

from config import redaction
from config.log_lines import formatter
from config.redaction import redacted

CANARY = "canary-5f1c0d7e9a3b4c2d"


@pytest.fixture(autouse=True)
def settings_read_anew() -> Iterator[None]:
    redaction._own_secrets.cache_clear()
    yield
    redaction._own_secrets.cache_clear()


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Token {CANARY}",
        f"tried with Bearer {CANARY} again",
        f"Basic {CANARY}=",
        f"postgres://products:{CANARY}@db:5432/products",
        f"redis://:{CANARY}@127.0.0.1/0",
        f"could not connect: password={CANARY} host=db",
        f'{{"password": "{CANARY}", "name": "ada"}}',
        f"{{'api_key': '{CANARY}'}}",
        f"Cookie: sessionid={CANARY}",
        f"/api/v1/products/?token={CANARY}&name=x",
    ],
)
def test_redacted__no_secret_is_left(text: str) -> None:
    assert CANARY not in redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        "Not Found: /api/v1/products/7/",
        "CSRF token missing.",
        "the token is stale",
        "https://products.example/api/v1/products/?name=lamp",
        "worker@host ready",
        "3 tokens bought for 12.50",
    ],
)
def test_redacted__all_else_is_left_alone(text: str) -> None:
    assert redacted(text) == text


def test_redacted__this_installations_own_secrets_wherever_they_stand(settings: Settings) -> None:
    settings.SECRET_KEY, settings.METRICS_TOKEN = f"key-{CANARY}", f"metrics-{CANARY}"
    settings.CELERY_BROKER_URL = f"redis://:broker-{CANARY}@127.0.0.1/0"

    for secret in ("key", "metrics", "broker"):
        assert redacted(f"it was {secret}-{CANARY}, I think") == "it was [redacted], I think"


def logged(log_format: str, line: dict[str, object]) -> str:
    """The log line of a record with these extras and a traceback. A function in the traceback has the canary."""

    def failing(password: str) -> None:
        raise RuntimeError(f"cannot sign in with password={password}")

    try:
        failing(CANARY)
    except RuntimeError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "it failed", (), sys.exc_info())
    record.__dict__.update(line)
    return formatter(log_format).format(record)


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_log_line__holds_no_secret_in_names_values_or_tracebacks(log_format: str) -> None:
    line = logged(
        log_format,
        {
            "Authorization": f"Token {CANARY}",
            "headers": {"Cookie": CANARY, "Accept": "*/*"},
            "sent": [f"Bearer {CANARY}"],
            "DATABASE_URL": CANARY,
            "thing": type("Thing", (), {"__repr__": lambda self: f"<Thing token={CANARY}>"})(),
        },
    )

    assert CANARY not in line
    assert "RuntimeError: cannot sign in with password=[redacted]" in line.replace("\\n", "\n")


def test_log_line__without_the_processor_the_secret_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control of the test above."""
    monkeypatch.setattr("config.log_lines.redact_secrets", lambda logger, method, line: line)

    assert CANARY in logged("json", {})


def test_log_line__numbers_and_words_stay_the_same() -> None:
    line = json.loads(logged("json", {"seconds": 0.25, "replayed": False, "count": None, "products": [1, 2]}))

    assert {name: line[name] for name in ("seconds", "replayed", "count", "products")} == {
        "seconds": 0.25,
        "replayed": False,
        "count": None,
        "products": [1, 2],
    }


def test_report__for_developers_hides_addresses_with_passwords(settings: Settings) -> None:
    settings.CELERY_BROKER_URL = f"redis://:{CANARY}@127.0.0.1/0"
    settings.CACHES = {"default": {"BACKEND": "x", "LOCATION": f"redis://:{CANARY}@127.0.0.1/0"}}
    request = RequestFactory().get("/", headers={"Authorization": CANARY, "Cookie": f"sessionid={CANARY}"})
    request.META["DATABASE_URL"] = CANARY

    try:
        raise RuntimeError
    except RuntimeError:
        report = ExceptionReporter(request, *sys.exc_info())

    assert CANARY not in report.get_traceback_html()
    assert CANARY not in report.get_traceback_text()
