"""Secrets, hosts, cookies and TLS. Development (DEBUG) has defaults; production requires its own values."""

import re

from django.core.exceptions import ImproperlyConfigured

from boundary.limits.rates import Rate
from config.settings.env import DEBUG, env

_DEVELOPMENT_KEY = "django-insecure-for-development-only-and-refused-without-debug"
_KEY_LENGTH, _KEY_DISTINCT = 50, 5  # the limits of Django's own deployment check


def secret_key(given: str, *, debug: bool) -> str:
    """The key that signs sessions and tokens. Raises ImproperlyConfigured for a missing or weak key outside DEBUG."""
    if debug:
        return given or _DEVELOPMENT_KEY
    if not given:
        fault = "SECRET_KEY is not set"
    elif len(given) < _KEY_LENGTH or len(set(given)) < _KEY_DISTINCT or given.startswith("django-insecure-"):
        fault = f"SECRET_KEY is weak: it needs at least {_KEY_LENGTH} random characters"
    else:
        return given
    raise ImproperlyConfigured(
        f"{fault}. Make a key with: python -c 'import secrets; print(secrets.token_urlsafe(50))' "
        "and put it into the environment or into .env. For development set DEBUG=true instead."
    )


def proxy_header(given: str) -> tuple[str, str] | None:
    """Django's form of ``X-Forwarded-Proto,https``: the header that marks a request as TLS, and its value.

    The separator may also be ``:`` or ``=``, and the name may be Django's ``HTTP_…``. None for an empty text. Raises
    ImproperlyConfigured for any other text.
    """
    if not given:
        return None
    parts = [part.strip() for part in re.split("[,:=]", given)]
    if len(parts) != 2 or not all(parts):
        raise ImproperlyConfigured(
            f"SECURE_PROXY_SSL_HEADER is {given!r}. Write a header and its value, such as X-Forwarded-Proto,https."
        )
    name = parts[0].upper().replace("-", "_").removeprefix("HTTP_")
    return f"HTTP_{name}", parts[1]


SECRET_KEY = secret_key(env.str("SECRET_KEY", default=""), debug=DEBUG)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
CSRF_FAILURE_VIEW = "boundary.responses.problem_pages.csrf_failure"

# Pages of these origins may call the API from a browser. If the list is empty, the CORS middleware is left out.
CORS_ALLOWED_ORIGINS: list[str] = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = (
    *("accept", "authorization", "content-type", "consistency-token", "idempotency-key"),
    *("if-match", "if-none-match", "prefer", "x-correlation-id", "x-csrftoken"),
)
CORS_EXPOSE_HEADERS = (
    *("Allow", "Consistency", "Consistency-Token", "ETag", "Idempotent-Replayed", "Link", "Location"),
    *("Preference-Applied", "Retry-After", "X-Correlation-ID"),
)

# The number of our own proxies in front of the service. Only their entries in X-Forwarded-For are trusted.
NUM_PROXIES: int = env.int("NUM_PROXIES", default=0)
# The rates of requests from one address and from one signed-in user. Empty means no limit. See
# boundary.limits.throttles.
THROTTLE_ANON = Rate.of(env.str("THROTTLE_ANON", default=""))
THROTTLE_USER = Rate.of(env.str("THROTTLE_USER", default=""))
METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")

# Guessing an Argon2 hash needs much memory, and graphics cards have little for each guess. Django replaces a PBKDF2
# hash when its user signs in.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

SECURE_PROXY_SSL_HEADER = proxy_header(env.str("SECURE_PROXY_SSL_HEADER", default=""))
# Django redirects to https only if a proxy reports the client's protocol. Without that header each request behind a
# proxy looks like http, and the redirect would never end.
SECURE_SSL_REDIRECT = not DEBUG and SECURE_PROXY_SSL_HEADER is not None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 0 if DEBUG else 31_536_000  # a year; Django sends the header only over TLS
SECURE_REFERRER_POLICY = "same-origin"
# Pages load nothing from other hosts and hold no inline script. Inline styles are allowed, because Swagger UI and the
# browsable API use them.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
DEFAULT_EXCEPTION_REPORTER_FILTER = "config.redaction.ReportFilter"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for subdomains: this service cannot promise that they all use TLS
    "security.W021",  # HSTS preload: the owner of the domain decides on the browsers' list
    *([] if SECURE_SSL_REDIRECT else ["security.W008"]),  # here the proxy that ends TLS redirects
]
