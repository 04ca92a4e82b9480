"""The format of log lines: one for this service and its libraries, each line with its correlation id."""

import logging
import logging.config
import sys
from collections.abc import Mapping
from typing import Any

import structlog
from django.core.exceptions import ImproperlyConfigured
from structlog.typing import EventDict, Processor, WrappedLogger

from config.redaction import redact_secrets
from kernel.correlation import current_correlation_id


def add_correlation_id(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Adds the correlation id of the request, task or command that logs, if there is one."""
    if correlation_id := current_correlation_id():
        line.setdefault("correlation_id", correlation_id)
    return line


def drop_objects(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Removes the objects that Django and Celery attach for their own log handlers."""
    for name in ("request", "server_time", "data"):
        line.pop(name, None)
    return line


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    add_correlation_id,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


def formatter(log_format: str) -> logging.Formatter:
    """The formatter for ``json`` or ``console``. Raises ImproperlyConfigured for another format."""
    if log_format not in {"json", "console"}:
        raise ImproperlyConfigured(f"LOG_FORMAT is {log_format!r}. Set it to json or console.")
    # The console gets a plain traceback: structlog's pretty one prints local variables, and these can hold secrets.
    rendering: Processor = structlog.processors.JSONRenderer()
    if log_format == "console":
        plain = structlog.dev.plain_traceback
        rendering = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*SHARED, structlog.stdlib.ExtraAdder(), drop_objects],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            redact_secrets,
            rendering,
        ],
    )


def configure(logging_settings: Mapping[str, Any]) -> None:
    """Django's LOGGING_CONFIG: sets up the standard library's logging, and structlog on top of it."""
    logging.config.dictConfig(dict(logging_settings))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
