import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.table import Table

from events.status import PartitionStatus, projection_status


class Command(BaseCommand):
    help = (
        "Show how far each partition of each projection is behind the log, in events and seconds, and why. Show "
        "the parked products. Exit status: 0 if all is well, 1 if a projection is halted or a product is parked."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print a JSON array instead of a table")

    def handle(self, *, json: bool, **options: Any) -> None:
        found = projection_status()
        self.stdout.write(_as_json(found) if json else _as_table(found))
        if any(status.needs_attention for status in found):
            raise SystemExit(1)


def _as_json(found: list[PartitionStatus]) -> str:
    return json.dumps([status._asdict() for status in found], indent=2)


def _as_table(found: list[PartitionStatus]) -> str:
    table = Table("projection", "partition", "position", "head", "lag", "parked", "cause")
    for status in found:
        lag = f"{status.lag_events} events, {status.lag_seconds:.1f} s"
        numbers = [
            str(status.partition),
            str(status.position),
            str(status.head),
            lag,
            str(len(status.parked)),
        ]
        table.add_row(status.projection, *numbers, status.cause)
    console = Console(width=None if Console().is_terminal else 160)
    with console.capture() as capture:
        console.print(table)
    return capture.get().rstrip("\n")
