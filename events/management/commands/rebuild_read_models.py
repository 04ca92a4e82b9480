import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from events.integrity.exclusive_run import AlreadyRunning
from events.integrity.rebuild import Rebuilt, StagingLost, rebuild
from events.integrity.rebuild_streams import RebuildCounts, rebuild_streams
from events.management.arguments import (
    add_projection_arguments,
    chosen_projections,
    positive,
    refuse_unknown_products,
)
from events.management.progress import ProgressLine
from events.models import Event
from events.projections.base import Projection


class Command(BaseCommand):
    help = (
        "Fold the log again from the start, and write the rows of the read models that differ. Readers see the old "
        "rows until it is done, and the new rows after. Exit status: 0 if it is done, 1 if a product could not be "
        "folded or another rebuild runs, 2 for wrong use."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_projection_arguments(parser)
        parser.add_argument(
            "--parallel",
            type=positive,
            default=1,
            metavar="N",
            help="fold in N processes (on PostgreSQL); the default is 1",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="only count the rows that would change, and write nothing"
        )
        parser.add_argument("--noinput", action="store_true", help="do not ask for confirmation")

    def handle(self, *, projection: list[str], products: list[int] | None, **options: Any) -> None:
        projections = chosen_projections(projection)
        refuse_unknown_products(products or [])
        if not options["dry_run"] and not options["noinput"]:
            self._confirm(projections)
        results = [self._rebuild(each, products, options) for each in projections]
        if any(result.parked for result in results):
            self.stderr.write("Some products could not be folded. See 'manage.py projection_status'.")
            raise SystemExit(1)

    def _confirm(self, projections: list[Projection[Any]]) -> None:
        if not getattr(self.stdout, "isatty", lambda: False)():
            return
        names = ", ".join(each.name for each in projections)
        if input(f"Rebuild {names}? Readers are not interrupted. [y/N] ").strip().lower() not in {"y", "yes"}:
            self.stderr.write("Nothing was done.")
            raise SystemExit(1)

    def _rebuild(
        self, projection: Projection[Any], products: list[int] | None, options: dict[str, Any]
    ) -> RebuildCounts:
        started, write = time.monotonic(), not options["dry_run"]
        samples: list[int] = []
        if products is not None:
            result = rebuild_streams(projection, sorted(set(products)), write=write)
        else:
            result, samples = self._rebuild_all(projection, options["parallel"], write=write)
        self.stdout.write(_summary(projection, result, time.monotonic() - started, write=write))
        if samples:
            written = "were written" if write else "would be written"
            self.stdout.write(
                f"Products whose rows {written}, the first ones: {', '.join(map(str, samples))}"
            )
        return result

    def _rebuild_all(self, projection: Projection[Any], parallel: int, *, write: bool) -> Rebuilt:
        line = ProgressLine(self.stderr, f"{projection.name}: events", Event.objects.count())
        try:
            return rebuild(projection, line.advance, write=write, parallel=parallel)
        except AlreadyRunning as running:
            raise CommandError(f"{running} Nothing was done.") from None
        except StagingLost as lost:
            raise CommandError(str(lost)) from None
        finally:
            line.finish()


def _summary(projection: Projection[Any], result: RebuildCounts, seconds: float, *, write: bool) -> str:
    would = "" if write else "would be "
    return (
        f"{projection.name}: {result.events} events read, rows {would}added {result.added},"
        f" {would}changed {result.changed}, {would}removed {result.removed},"
        f" unchanged {result.unchanged}, in {seconds:.1f} s"
    )
