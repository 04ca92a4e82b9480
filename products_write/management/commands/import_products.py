"""Imports products from a CSV file, and reports the faults line by line."""

from argparse import ArgumentParser
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from events.management.progress import ProgressLine
from kernel.errors import FieldFault, Invalid, ServiceError, Unavailable
from products_write.bus.bulk import in_bulk
from products_write.importing.lines import IMPORT_COLUMNS, Line, read_lines
from products_write.importing.naming import Naming
from products_write.importing.states import ADDED, CHANGED, UNCHANGED, bring_to

FAULTY = "faulty"


class Command(BaseCommand):
    help = (
        "Add or change products from a CSV file. "
        f"Its columns are {','.join(IMPORT_COLUMNS)}; product_id or sku must be there. "
        "Write '|' between categories. quantity is the stock after the import. A column that the file leaves out stays "
        "as it is. A line with product_id and sku is refused when they do not name one product: the product with this "
        "id has another SKU or none (see --allow-rename), or another product has this SKU. A second line about one "
        "product is refused. Every change is a command. Run an interrupted import again. Faults are printed with the "
        "number of their line. "
        "Exit status: 0 done, 1 some lines were faulty or refused, 2 wrong use."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, metavar="FILE.csv", help="the file, in UTF-8, with a header line"
        )
        parser.add_argument("--dry-run", action="store_true", help="only print what would be done")
        parser.add_argument(
            "--allow-rename",
            action="store_true",
            help="in a line with product_id and sku, product_id alone names the product, and the product gets this "
            "SKU; a SKU of another product is still refused",
        )

    def handle(self, *args: Any, file: Path, dry_run: bool, allow_rename: bool, **options: Any) -> None:
        if not file.is_file():
            raise CommandError(f"There is no file {file}. Check the path.", returncode=2)
        counts: Counter[str] = Counter()
        try:
            self._import(file, counts, Naming(allow_rename=allow_rename), dry_run=dry_run)
        except Invalid as invalid:
            self._report(None, invalid.faults)
            counts[FAULTY] += 1
        would = " (dry run: nothing was changed)" if dry_run else ""
        self.stdout.write(
            ", ".join(f"{counts[name]} {name}" for name in (ADDED, CHANGED, UNCHANGED, FAULTY)) + would
        )
        if counts[FAULTY]:
            raise SystemExit(1)

    def _import(self, file: Path, counts: Counter[str], naming: Naming, *, dry_run: bool) -> None:
        with file.open(encoding="utf-8-sig", newline="") as counted:
            total = sum(1 for _ in read_lines(counted))
        progress = ProgressLine(self.stderr, "lines", total)
        with ExitStack() as stack:
            opened = stack.enter_context(file.open(encoding="utf-8-sig", newline=""))
            stack.enter_context(in_bulk())
            for line in read_lines(opened):
                counts[self._bring(line, naming, dry_run=dry_run)] += 1
                progress.advance(1)
        progress.finish()

    def _bring(self, line: Line, naming: Naming, *, dry_run: bool) -> str:
        if line.wanted is None:
            return self._report(line, line.faults)
        try:
            product = naming.product_of(line.number, line.wanted)
            return bring_to(line.wanted, product, dry_run=dry_run)
        except Invalid as invalid:
            return self._report(line, invalid.faults)
        except Unavailable as error:
            raise CommandError(
                f"line {line.number}: {error.detail} Run the import again to continue."
            ) from error
        except ServiceError as refusal:
            return self._report(line, [FieldFault(refusal.code, refusal.code, refusal.detail)])

    def _report(self, line: Line | None, faults: Any) -> str:
        where = f"line {line.number}: " if line else ""
        for fault in faults:
            field = f"{fault.field}: " if fault.field else ""
            self.stderr.write(f"{where}{field}{fault.detail}")
        return FAULTY
