"""The sweep: it does everything that a lost message or a crash may have left undone, on either side.

Beat sends it to a worker at an interval. Where no beat runs, a thread of the serving process does it.
"""

import threading
from collections.abc import Callable

import structlog
from django.conf import settings
from django.db import close_old_connections

logger = structlog.get_logger("events.sweeping")

_participants: dict[str, Callable[[], object]] = {}


def register_sweep(name: str, sweep: Callable[[], object]) -> None:
    """Have `sweep` called in every sweep, after those registered before it. It must end within some seconds."""
    _participants[name] = sweep


def sweep_everything() -> None:
    """Run every registered sweep. A sweep that fails is logged and tried again next time; the others still run."""
    for name, sweep in _participants.items():
        try:
            sweep()
        except Exception:
            logger.exception("sweep_failed", sweep=name)


def start_embedded_sweep() -> threading.Thread:
    """Start the thread that sweeps at once, for what a crash left behind, and then every SWEEP_INTERVAL seconds."""
    thread = threading.Thread(target=_sweep_for_ever, name="sweep", daemon=True)
    thread.start()
    return thread


def _sweep_for_ever() -> None:
    pause = threading.Event()
    while True:
        sweep_everything()
        close_old_connections()
        pause.wait(settings.SWEEP_INTERVAL)
