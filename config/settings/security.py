"""Secrets, hosts, cookies and TLS. Development (DEBUG) needs none of them; production insists."""

import re

from django.core.exceptions import ImproperlyConfigured

from boundary.limits.rates import Rate
from config.settings.env import DEBUG, env

_DEVELOPMENT_KEY = "django-insecure-for-development-only-and-refused-without-debug"
_KEY_LENGTH, _KEY_DISTINCT = 50, 5  # what Django's own deployment check asks for


def secret_key(given: str, *, debug: bool) -> str:
    """The key that signs sessions and tokens. Outside DEBUG a missing or weak one is ImproperlyConfigured."""
    if debug:
        return given or _DEVELOPMENT_KEY
    if not given:
        fault = "SECRET_KEY is not set"
    elif len(given) < _KEY_LENGTH or len(set(given)) < _KEY_DISTINCT or given.startswith("django-insecure-"):
        fault = f"SECRET_KEY is weak: it needs at least {_KEY_LENGTH} random characters"
    else:
        return given
    raise ImproperlyConfigured(
        f"{fault}. Make one with: python -c 'import secrets; print(secrets.token_urlsafe(50))' "
        "and put it into the environment or into .env. For development set DEBUG=true instead."
    )


def proxy_header(given: str) -> tuple[str, str] | None:
    """``X-Forwarded-Proto,https`` (or with ``:`` or ``=``, or as Django's ``HTTP_…``) as Django wants it."""
    if not given:
        return None
    parts = [part.strip() for part in re.split("[,:=]", given)]
    if len(parts) != 2 or not all(parts):
        raise ImproperlyConfigured("SECURE_PROXY_SSL_HEADER must read like X-Forwarded-Proto,https.")
    name = parts[0].upper().replace("-", "_").removeprefix("HTTP_")
    return f"HTTP_{name}", parts[1]


SECRET_KEY = secret_key(env.str("SECRET_KEY", default=""), debug=DEBUG)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
CSRF_FAILURE_VIEW = "boundary.responses.problem_pages.csrf_failure"

# Pages of these origins may call the API from a browser; without any, the middleware for it is left out.
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

# How many of our own proxies stand before the service: their word in X-Forwarded-For is believed, no other.
NUM_PROXIES: int = env.int("NUM_PROXIES", default=0)
# Requests of one address or of one signed-in user; empty means without limit. See boundary.limits.throttles.
THROTTLE_ANON = Rate.of(env.str("THROTTLE_ANON", default=""))
THROTTLE_USER = Rate.of(env.str("THROTTLE_USER", default=""))
METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")

# Guessing an Argon2 hash takes memory, which graphics cards have little of; older hashes are renewed at sign-in.
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
# Only a proxy that says how it was reached makes a redirect safe: without that word it never ends.
SECURE_SSL_REDIRECT = not DEBUG and SECURE_PROXY_SSL_HEADER is not None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 0 if DEBUG else 31_536_000  # a year; sent over TLS alone
SECURE_REFERRER_POLICY = "same-origin"
# Nothing from elsewhere and no script in a page; Swagger UI and the browsable API style their elements in place.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
DEFAULT_EXCEPTION_REPORTER_FILTER = "config.redaction.ReportFilter"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # whether subdomains speak TLS is not this service's to promise
    "security.W021",  # nor is the browsers' preload list
    *([] if SECURE_SSL_REDIRECT else ["security.W008"]),  # then whatever terminates TLS redirects
]
