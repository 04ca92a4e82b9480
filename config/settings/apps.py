"""What the process is made of: apps, middleware, templates, static files."""

import django_stubs_ext

from config.settings.env import BASE_DIR, DEBUG
from config.settings.security import CORS_ALLOWED_ORIGINS

# Admins, managers and fields name their model in brackets, which Django itself leaves to its stubs.
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
    # First: everything after it logs and answers with the correlation id.
    "boundary.requests.correlation_middleware.CorrelationMiddleware",
    "config.security_headers.ContentSecurityPolicyMiddleware",
    "config.health.HealthMiddleware",  # before any check of the Host header and any redirect
    *(["corsheaders.middleware.CorsMiddleware"] if CORS_ALLOWED_ORIGINS else []),
    "config.metrics.RequestMetricsMiddleware",
    "boundary.responses.problem_pages.ProblemDetailsMiddleware",  # around all that can fail
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.sessions.SessionWhereNeededMiddleware",
    "django.middleware.common.CommonMiddleware",
    "boundary.requests.complete_body.CompleteBodyMiddleware",  # before the check of the CSRF token, which reads forms
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.sessions.UserWhereNeededMiddleware",
    "config.sessions.MessageWhereNeededMiddleware",
    "boundary.limits.sign_in.LoginThrottleMiddleware",  # after the check of the CSRF token: a forged form is no attempt
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
# Hashed names need collectstatic, which nobody runs while developing.
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
