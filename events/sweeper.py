"""The sweep of the embedded topology: a thread in the serving process, where no beat runs."""

import threading

import structlog
from django.conf import settings
from django.db import close_old_connections

from events.engine import catch_up_all

logger = structlog.get_logger(__name__)


def start_embedded_sweep() -> threading.Thread:
    """Catch up now, for what a crash left behind, and then every SWEEP_INTERVAL seconds."""
    thread = threading.Thread(target=_sweep_for_ever, name="sweep", daemon=True)
    thread.start()
    return thread


def _sweep_for_ever() -> None:
    pause = threading.Event()
    while True:
        try:
            catch_up_all()
        except Exception:
            logger.exception("sweep failed; the next one tries again")
        close_old_connections()
        pause.wait(settings.SWEEP_INTERVAL)
