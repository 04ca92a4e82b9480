"""Logging: one structured line per happening, on stderr, in JSON or for people."""

from config.settings.delivery import EMBEDDED
from config.settings.env import DEBUG, env

LOG_LEVEL: str = env.str("LOG_LEVEL", default="INFO").upper()
LOG_FORMAT: str = env.str("LOG_FORMAT", default="console" if DEBUG else "json")

LOGGING_CONFIG = "config.log_lines.configure"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "config.log_lines.formatter", "log_format": LOG_FORMAT}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # Embedded, a task is a part of a request or command, which has a line of its own.
        "celery.app.trace": {"level": "WARNING" if EMBEDDED else LOG_LEVEL},
        "celery.worker.strategy": {"level": "WARNING"},  # that a task came: that it ended says more
        "django": {"level": LOG_LEVEL},
        "django.server": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
    },
}
