import signal
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections

from events.projections.engine import catch_up_all
from events.status import projection_status

FOLLOW_INTERVAL_SECONDS = 0.2


class Command(BaseCommand):
    help = (
        "Bring every projection up to the head of the log now, in this process; no worker or broker is needed. "
        "Exit status: 0 done, 1 when a projection is halted or a product is parked."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--follow", action="store_true", help="go on until interrupted, as a worker would"
        )

    def handle(self, *, follow: bool, **options: Any) -> None:
        if follow:
            self._follow()
        else:
            self.stdout.write(f"Projected {catch_up_all()} events.")
        for status in projection_status():
            if status.needs_attention:
                self.stderr.write(f"{status.projection} partition {status.partition}: {status.cause}")
                raise SystemExit(1)

    def _follow(self) -> None:
        stop = threading.Event()

        def finish_batch_and_stop(number: int, frame: FrameType | None) -> None:
            stop.set()

        signal.signal(signal.SIGINT, finish_batch_and_stop)
        signal.signal(signal.SIGTERM, finish_batch_and_stop)
        self.stdout.write("Following the log; Ctrl-C ends it.")
        while not stop.is_set():
            self._catch_up_if_possible()
            stop.wait(FOLLOW_INTERVAL_SECONDS)

    def _catch_up_if_possible(self) -> None:
        """A lost connection or a timeout is passing, and the next round tries again: nothing was half done."""
        try:
            if events := catch_up_all():
                self.stdout.write(f"Projected {events} events.")
        except (OperationalError, InterfaceError) as error:
            self.stderr.write(f"Trying again: {error}")
        close_old_connections()
