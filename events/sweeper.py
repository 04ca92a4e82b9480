"""The sweep of the embedded topology: a thread in the serving process, where no beat runs."""

import threading

from django.conf import settings
from django.db import close_old_connections

from events.delivery.sweep import sweep_everything


def start_embedded_sweep() -> threading.Thread:
    """Sweep now, for what a crash left behind, and then every SWEEP_INTERVAL seconds."""
    thread = threading.Thread(target=_sweep_for_ever, name="sweep", daemon=True)
    thread.start()
    return thread


def _sweep_for_ever() -> None:
    pause = threading.Event()
    while True:
        sweep_everything()
        close_old_connections()
        pause.wait(settings.SWEEP_INTERVAL)
