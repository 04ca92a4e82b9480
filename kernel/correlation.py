"""One id that follows a request through logs, events and answers."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("correlation_id", default="")


def current_correlation_id() -> str:
    """The id of what is being handled now; empty outside a request, command or task."""
    return _current.get()


def new_correlation_id() -> str:
    """An id for what nobody has given one."""
    return str(uuid.uuid4())


@contextmanager
def correlated(correlation_id: str) -> Iterator[str]:
    """Everything inside belongs to `correlation_id`."""
    token = _current.set(correlation_id)
    try:
        yield correlation_id
    finally:
        _current.reset(token)
