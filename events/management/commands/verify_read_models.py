from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from events.integrity.divergences import sample_products
from events.integrity.verify import WRITE_TABLES, Difference, verify_projection, verify_write_models
from events.management.arguments import (
    WRONG_USE,
    add_projection_arguments,
    chosen_projections,
    positive,
    refuse_unknown_products,
)
from events.management.progress import ProgressLine
from events.models import Event


class Command(BaseCommand):
    help = (
        "Compare the write tables, the log and the read tables, and name every difference by product and field. "
        "Live traffic may go on. Exit status: 0 if all are equal, 1 if there are differences (also if --repair "
        "has corrected them), 2 for wrong use."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_projection_arguments(parser)
        parser.add_argument(
            "--sample",
            type=positive,
            metavar="N",
            help="only N products, taken at random; not together with --product",
        )
        parser.add_argument("--repair", action="store_true", help="correct the read rows that differ")

    def handle(self, *, projection: list[str], products: list[int] | None, **options: Any) -> None:
        projections = chosen_projections(projection)
        if products and options["sample"] is not None:
            raise CommandError(
                "Give either --product or --sample: both choose the products.", returncode=WRONG_USE
            )
        refuse_unknown_products(products or [])
        chosen = sample_products(options["sample"]) if options["sample"] is not None else products
        line = ProgressLine(self.stderr, "products", (1 + len(projections)) * _count(chosen))
        found = self._report(verify_write_models(chosen, line.advance))
        for each in projections:
            found += self._report(verify_projection(each, chosen, line.advance, repair=options["repair"]))
        line.finish()
        if found:
            self.stderr.write(_advice(found, repaired=options["repair"]))
            raise SystemExit(1)
        self.stdout.write(
            f"{line.done // (1 + len(projections))} products: write tables = log = read tables."
        )

    def _report(self, differences: Iterator[Difference]) -> list[Difference]:
        found = []
        for difference in differences:
            found.append(difference)
            where, product_id, field, expected, stored = difference
            self.stdout.write(
                f"{where}: product {product_id}: {field}: log says {expected!r}, found {stored!r}"
            )
        return found


def _count(chosen: list[int] | None) -> int:
    return Event.objects.filter(version=1).count() if chosen is None else len(set(chosen))


def _advice(found: list[Difference], *, repaired: bool) -> str:
    products = len({difference.product_id for difference in found})
    summary = f"{len(found)} differences in {products} products."
    if any(difference.where == WRITE_TABLES for difference in found):
        summary += (
            " Somebody has changed the write tables without a command. Send a command that corrects them, or restore"
            " a backup."
        )
    if any(difference.where != WRITE_TABLES for difference in found):
        summary += (
            " The read rows were rebuilt."
            if repaired
            else " Run the command again with --repair to correct the read rows."
        )
    return summary
