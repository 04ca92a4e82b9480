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
        "Bring every projection up to the head of the log, in this process. This needs no worker and no broker. "
        "Exit status: 0 if it is done, 1 if a projection is halted or a product is parked."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--follow", action="store_true", help="go on until Ctrl-C or SIGTERM, as a worker does"
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
        self.stdout.write("Following the log. Press Ctrl-C to stop.")
        while not stop.is_set():
            self._catch_up_if_possible()
            stop.wait(FOLLOW_INTERVAL_SECONDS)

    def _catch_up_if_possible(self) -> None:
        """If the connection is lost or a time limit is over, the next round tries again. Nothing is half done."""
        try:
            if events := catch_up_all():
                self.stdout.write(f"Projected {events} events.")
        except (OperationalError, InterfaceError) as error:
            self.stderr.write(f"The database failed; trying again: {error}")
        close_old_connections()
