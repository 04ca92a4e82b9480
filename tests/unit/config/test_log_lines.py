import json
import logging

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.log_lines import formatter
from kernel.correlation import correlated


def record(message: str, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord("some.module", logging.WARNING, __file__, 1, message, arguments, None)


def test_formatter__json_line_has_level_logger_and_correlation_id() -> None:
    with correlated("abc"):
        line = json.loads(formatter("json").format(record("lost %s", "it")))

    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "lost it", "level": "warning", "logger": "some.module", "correlation_id": "abc"}


def test_formatter__outside_a_request_there_is_no_correlation_id() -> None:
    assert "correlation_id" not in json.loads(formatter("json").format(record("idle")))


def test_formatter__console_is_for_people() -> None:
    with correlated("abc"):
        line = formatter("console").format(record("lost"))

    assert "lost" in line
    assert "abc" in line


def test_formatter__unknown_format_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"'yaml'\. Set it to json or console"):
        formatter("yaml")
