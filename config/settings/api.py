"""The HTTP API: Django REST framework and its OpenAPI schema."""

from config.settings.env import env

API_PUBLIC_READ: bool = env.bool("API_PUBLIC_READ", default=True)
# Threads that serve requests in a web process, as its server is told. A quarter of them may wait at once: see
# events.consistency.bounded_wait.
WEB_THREADS: int = env.int("WEB_THREADS", default=4)
# For so long a repeated Idempotency-Key gets the stored answer; see clean_command_log.
COMMAND_RETENTION_DAYS: int = env.int("COMMAND_RETENTION_DAYS", default=30)
CURRENCY: str = env.str("CURRENCY", default="EUR")

REST_FRAMEWORK = {
    # The token first: the first one names the challenge, and without one DRF answers 403 instead of 401.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": [
        "rest_framework.renderers.JSONRenderer",
        "rest_framework.renderers.BrowsableAPIRenderer",
    ],
    "DEFAULT_THROTTLE_CLASSES": [
        "boundary.limits.throttles.ThrottleByAddress",
        "boundary.limits.throttles.ThrottleByUser",
    ],
    "EXCEPTION_HANDLER": "boundary.responses.problems.exception_handler",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "COERCE_DECIMAL_TO_STRING": True,
    "URL_FORMAT_OVERRIDE": "format",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Products",
    "DESCRIPTION": "A product catalogue, its stock and its ratings: commands change it, queries read it.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",  # its schemas are JSON Schema: a null, a constant and a description beside a reference
    "POSTPROCESSING_HOOKS": [],  # the one there is moves enumerations away from where they are read
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    # Everything the page needs is served by this process.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
LOGIN_URL = "/api/auth/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
