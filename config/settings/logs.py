"""Logging to stderr: one structured line for each thing that happens, as JSON or for people to read."""

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
        # In embedded mode a task is a part of a request or command, which logs a line of its own.
        "celery.app.trace": {"level": "WARNING" if EMBEDDED else LOG_LEVEL},
        "celery.worker.strategy": {"level": "WARNING"},  # no line for each task received: its end has a line
        "django": {"level": LOG_LEVEL},
        "django.server": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
    },
}
