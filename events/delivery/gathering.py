"""Gathers the wake-ups of many commands, instead of waking the projections for each command."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from events.delivery.wake_up import wake_up
from events.signals import events_committed

_GATHERED = 1_000
"""The number of changed products after which the projections are woken."""


@contextmanager
def gathered_wake_ups() -> Iterator[None]:
    """Inside the block, this process gathers its wake-ups. It sends them now and then, and the last ones at the end.

    A wake-up is only a hint. If the process dies with wake-ups unsent, the sweep finds what was committed.
    """
    changed: set[int] = set()

    def gather(product_ids: frozenset[int], **kwargs: Any) -> None:
        changed.update(product_ids)
        if len(changed) >= _GATHERED:
            _announce(changed)

    events_committed.disconnect(wake_up, dispatch_uid="events.wake_up")
    events_committed.connect(gather, dispatch_uid="events.gather")
    try:
        yield
    finally:
        events_committed.disconnect(gather, dispatch_uid="events.gather")
        events_committed.connect(wake_up, dispatch_uid="events.wake_up")
        _announce(changed)


def _announce(changed: set[int]) -> None:
    if changed:
        announced = frozenset(changed)
        changed.clear()
        wake_up(product_ids=announced)
