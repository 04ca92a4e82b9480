import csv
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError

from events.management.progress import ProgressLine
from products_read.exporting import EXPORT_COLUMNS, exported_lines
from products_read.models import ProductDisplay


class Command(BaseCommand):
    help = (
        "Write the catalogue and its stock as CSV, to FILE or to standard output. import_products can read the file. "
        "A cell that a spreadsheet would take for a formula gets a quote in front; import_products removes it. "
        "Exit status: 0 done, 1 when FILE cannot be written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", nargs="?", metavar="FILE", help="the file to write; standard output when left out"
        )
        parser.add_argument(
            "--include-discontinued",
            action="store_true",
            help="also export discontinued products; an import of them puts them on sale again",
        )

    def handle(self, *, file: str | None, include_discontinued: bool, **options: Any) -> None:
        line = ProgressLine(self.stderr, "products", ProductDisplay.objects.count() if file else 0)
        with _opened(file) as output:
            writer = csv.writer(output)
            writer.writerow(EXPORT_COLUMNS)
            for exported in exported_lines(include_discontinued=include_discontinued):
                writer.writerow(exported)
                line.advance(1)
        line.finish()
        if file:
            self.stderr.write(f"{line.done} products written to {file}.")


@contextmanager
def _opened(file: str | None) -> Iterator[TextIO]:
    """Writes to a file beside `file`, and replaces `file` only when the new one is complete."""
    if file is None:
        yield sys.stdout
        return
    unfinished = Path(f"{file}.unfinished")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as output:
            yield output
        unfinished.replace(file)
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {error.strerror}.") from None
