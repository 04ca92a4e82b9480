"""The parts of the process: apps, middleware, templates and static files."""

import django_stubs_ext

from config.settings.env import BASE_DIR, DEBUG
from config.settings.security import CORS_ALLOWED_ORIGINS

# Lets classes such as ModelAdmin[Product] name their model in brackets; Django itself allows this only in its stubs.
django_stubs_ext.monkeypatch()

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    *(["corsheaders"] if CORS_ALLOWED_ORIGINS else []),
    "boundary",
    "events",
    "products_write",
    "products_read",
]

MIDDLEWARE = [
    # First, so that all later middleware logs and responds with the correlation id.
    "boundary.requests.correlation_middleware.CorrelationMiddleware",
    "config.security_headers.ContentSecurityPolicyMiddleware",
    "config.health.HealthMiddleware",  # before any check of the Host header and any redirect
    *(["corsheaders.middleware.CorsMiddleware"] if CORS_ALLOWED_ORIGINS else []),
    "config.metrics.RequestMetricsMiddleware",
    # Before all middleware whose error responses it replaces.
    "boundary.responses.problem_pages.ProblemDetailsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.sessions.SessionWhereNeededMiddleware",
    "django.middleware.common.CommonMiddleware",
    "boundary.requests.complete_body.CompleteBodyMiddleware",  # before the check of the CSRF token, which reads forms
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.sessions.UserWhereNeededMiddleware",
    "config.sessions.MessageWhereNeededMiddleware",
    "boundary.limits.sign_in.LoginThrottleMiddleware",  # after the CSRF check, so that forged forms do not count
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False  # a redirect would turn a POST without the slash into a GET

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = DEBUG
# File names with a hash need collectstatic, which developers do not run.
_STATIC_STORAGE = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if DEBUG
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC_STORAGE},
}

LANGUAGE_CODE = "en"
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
