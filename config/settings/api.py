"""The HTTP API: Django REST framework and its OpenAPI schema."""

from config.settings.env import DEBUG, env

API_PUBLIC_READ: bool = env.bool("API_PUBLIC_READ", default=True)
# The threads that serve requests in one web process. Start the web server with this number too. At most a quarter
# of them may wait at once: see events.consistency.bounded_wait.
WEB_THREADS: int = env.int("WEB_THREADS", default=4)
# A repeated Idempotency-Key gets the stored response for this many days; see clean_command_log.
COMMAND_RETENTION_DAYS: int = env.int("COMMAND_RETENTION_DAYS", default=30)
# A handler that ends in a refusal that its command does not declare fails loudly in development and in tests. In
# production the service logs an error, and the client gets the refusal.
UNDECLARED_REFUSALS_FAIL: bool = DEBUG
CURRENCY: str = env.str("CURRENCY", default="EUR")

REST_FRAMEWORK = {
    # The token class must come first. DRF takes WWW-Authenticate from the first class; without that header it
    # would send 403 instead of 401.
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
    "DEFAULT_SCHEMA_CLASS": "boundary.responses.openapi.StructSchema",
    "COERCE_DECIMAL_TO_STRING": True,
    "URL_FORMAT_OVERRIDE": "format",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Products",
    "DESCRIPTION": "A product catalogue, its stock and its ratings: commands change it, queries read it.",
    "VERSION": "1",
    # 3.1 schemas are JSON Schema: they can have a null type, a constant, and a description beside a reference.
    "OAS_VERSION": "3.1.0",
    # The default hook moves enumerations away from the fields that have them, so ours stands alone.
    "POSTPROCESSING_HOOKS": ["boundary.responses.openapi.share_parts"],
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    # SIDECAR: this process serves all files of the documentation pages, so they load nothing from elsewhere.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
LOGIN_URL = "/api/auth/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
