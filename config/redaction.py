"""The removal of secrets from log lines and from Django's error reports for developers."""

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.views.debug import SafeExceptionReporterFilter
from structlog.typing import EventDict, WrappedLogger

REDACTED = "[redacted]"

_SECRET = (
    r"authorization|cookie|token|password|passwd|passphrase|secret|api_?key|credential|session_?(?:id|key)"
)
_SECRET_NAME = re.compile(rf"{_SECRET}|dsn|(?:database|replica|broker|cache|redis)\w*_url", re.IGNORECASE)
_IN_TEXT = (
    # the rest of a header, which can hold spaces
    (
        re.compile(r"""((?:authorization|cookie)["']?\s*[=:]\s*["']?)[^"'\n]+""", re.IGNORECASE),
        rf"\1{REDACTED}",
    ),
    # the value after the name of a secret, as in headers, URLs, JSON and Python: password=…, "token": "…"
    (
        re.compile(rf"""((?:{_SECRET})[\w-]*["']?\s*[=:]\s*["']?)[^\s"'&,;}})]+""", re.IGNORECASE),
        rf"\1{REDACTED}",
    ),
    # the credentials of an Authorization header
    (re.compile(r"\b(Bearer|Basic|Token)\s+[\w.~+/=-]{16,}", re.IGNORECASE), rf"\1 {REDACTED}"),
    # the user and password of a URL
    (re.compile(r"(\w+://)[^\s/@\"']+@"), rf"\1{REDACTED}@"),
)
# Each pattern above needs one of these characters. A text without them, which most are, is not searched further.
_SEPARATOR = re.compile(r"[=:\s]")
_SHORTEST = 6  # characters; replacing a shorter password would damage ordinary words that contain it


def redact_secrets(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Replaces secrets in all values of a log line. A structlog processor, the last before the line is rendered."""
    return {name: _value(name, value) for name, value in line.items()}


def _value(name: str, value: Any) -> Any:
    if _is_secret(name):
        return REDACTED
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _value(str(key), part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_value("", part) for part in value]
    return redacted(value if isinstance(value, str) else repr(value))


@lru_cache(maxsize=1_000)
def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None


def redacted(text: str) -> str:
    """`text` with REDACTED in place of this installation's secrets and of all that looks like a secret."""
    for secret in _own_secrets():
        text = text.replace(secret, REDACTED)
    if not _SEPARATOR.search(text):
        return text
    for pattern, replacement in _IN_TEXT:
        text = pattern.sub(replacement, text)
    return text


@cache
def _own_secrets() -> tuple[str, ...]:
    """The secrets in the settings, the longest first, because a short one can be a part of a long one."""
    found = {secret for secret in _configured() if len(secret) >= _SHORTEST}
    return tuple(sorted(found, key=len, reverse=True))


def _configured() -> Iterator[str]:
    yield from (settings.SECRET_KEY, settings.METRICS_TOKEN)
    yield from (str(database.get("PASSWORD") or "") for database in settings.DATABASES.values())
    yield urlsplit(settings.CELERY_BROKER_URL).password or ""
    for configured in settings.CACHES.values():
        locations = configured.get("LOCATION", "")
        for location in [locations] if isinstance(locations, str) else locations:
            yield urlsplit(location).password or ""


class ReportFilter(SafeExceptionReporterFilter):
    """Django's filter of error reports, which hides settings and headers by name. It also hides URLs with passwords."""

    hidden_settings = re.compile(
        rf"{SafeExceptionReporterFilter.hidden_settings.pattern}|URL|DSN|LOCATION|CREDENTIAL", re.IGNORECASE
    )
