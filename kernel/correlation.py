"""One id that follows a request through logs, events and responses."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("correlation_id", default="")


def current_correlation_id() -> str:
    """Returns the id of the request, command or task that runs now; an empty text outside of these."""
    return _current.get()


def new_correlation_id() -> str:
    """Makes an id for a request that came without one."""
    return str(uuid.uuid4())


@contextmanager
def correlated(correlation_id: str) -> Iterator[str]:
    """Inside the block, `correlation_id` is the current id. After it, the former one is."""
    token = _current.set(correlation_id)
    try:
        yield correlation_id
    finally:
        _current.reset(token)
