"""The sweep does everything that a lost message or a crash may have left undone, on both sides.

Beat sends it to a worker at an interval. Without beat, a thread of the serving process runs it.
"""

import threading
from collections.abc import Callable

import structlog
from django.conf import settings
from django.db import close_old_connections

logger = structlog.get_logger("events.sweeping")

_participants: dict[str, Callable[[], object]] = {}


def register_sweep(name: str, sweep: Callable[[], object]) -> None:
    """Makes every sweep call this function, after those registered before it. It must end within some seconds."""
    _participants[name] = sweep


def sweep_everything() -> None:
    """Calls all registered functions.

    If one fails, the error is logged and the others still run. The next sweep calls it again.
    """
    for name, sweep in _participants.items():
        try:
            sweep()
        except Exception:
            logger.exception("sweep_failed", sweep=name)


def start_embedded_sweep() -> threading.Thread:
    """Starts a thread that sweeps at once, for what a crash left undone, and then every SWEEP_INTERVAL seconds."""
    thread = threading.Thread(target=_sweep_for_ever, name="sweep", daemon=True)
    thread.start()
    return thread


def _sweep_for_ever() -> None:
    pause = threading.Event()
    while True:
        sweep_everything()
        close_old_connections()
        pause.wait(settings.SWEEP_INTERVAL)
