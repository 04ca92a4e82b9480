from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from events import log
from events.integrity.dry_run import dry_run_release
from events.management.arguments import WRONG_USE
from events.models import ParkedKey
from events.projections import engine
from events.projections.base import Projection, registered_projections


class Command(BaseCommand):
    help = (
        "Handle products whose events a projection cannot apply: see them, try them against the code of now, "
        "release them once it is mended, or skip an event for good. Exit status: 0 done, 1 still failing or "
        "nothing there, 2 wrong use."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="all parked and held products")
        for name, what in (
            ("show", "the event and the traceback"),
            ("try", "fold it now in a transaction that is rolled back; changes nothing"),
            ("release", "replay its events in order and let it go on"),
            ("skip", "pass over the failing event in every fold from now on, then release"),
        ):
            action = actions.add_parser(name, help=what)
            action.add_argument("key", metavar="PROJECTION:PRODUCT_ID")
            if name == "skip":
                action.add_argument("--reason", required=True, help="why, for those who come later")

    def handle(self, *, action: str, key: str = "", reason: str = "", **options: Any) -> None:
        if action == "list":
            self._list()
            return
        parked = _parked(key)
        projection = registered_projections()[parked.projection]
        {"show": self._show, "try": self._try, "release": self._release, "skip": self._skip}[action](
            projection, parked, reason
        )

    def _list(self) -> None:
        keys = ParkedKey.objects.all()
        for key in keys:
            where = f"{key.projection}:{key.product_id}"
            self.stdout.write(
                f"{where}  {key.kind} at version {key.version}, {key.attempts} attempts  {key.error}"
            )
        if not keys:
            self.stdout.write("No product is parked or held.")

    def _show(self, projection: Projection[Any], key: ParkedKey, reason: str) -> None:
        self.stdout.write(f"{key}, position {key.position}, since {key.parked_at:%Y-%m-%d %H:%M:%S} UTC")
        for recorded in log.read_stream(key.product_id, key.version - 1, key.version):
            self.stdout.write(f"{recorded.type} (schema version {recorded.schema_version}): {recorded.data}")
        self.stdout.write(key.traceback)

    def _try(self, projection: Projection[Any], key: ParkedKey, reason: str) -> None:
        trial = dry_run_release(projection, key)
        self.stdout.write(f"before: {trial.before}\nafter:  {trial.after}")
        if trial.error:
            self.stdout.write(trial.error)
            raise SystemExit(1)
        self.stdout.write("It would be released. Nothing was changed.")

    def _release(self, projection: Projection[Any], key: ParkedKey, reason: str) -> None:
        if failure := engine.release(projection, key):
            self.stderr.write(f"Still parked, at version {failure.version}: {failure}")
            raise SystemExit(1)
        self.stdout.write(f"{key.projection}:{key.product_id} is released.")

    def _skip(self, projection: Projection[Any], key: ParkedKey, reason: str) -> None:
        failing = next(log.read_stream(key.product_id, key.version - 1, key.version), None)
        if failing is None:
            raise CommandError(f"Version {key.version} is not in the log, so there is no event to skip.")
        failure = engine.skip_and_release(projection, key, failing, reason)
        self.stdout.write(
            f"{key.projection}:{key.product_id}: version {failing.version} is skipped from now on."
        )
        if failure:
            self.stderr.write(f"Still parked, now at version {failure.version}: {failure}")
            raise SystemExit(1)


def _parked(name: str) -> ParkedKey:
    projection, _, product_id = name.partition(":")
    if projection not in registered_projections() or not product_id.isdecimal():
        known = ", ".join(registered_projections())
        raise CommandError(f"Write PROJECTION:PRODUCT_ID; projections are: {known}.", returncode=WRONG_USE)
    key = ParkedKey.objects.filter(projection=projection, product_id=int(product_id)).first()
    if key is None:
        raise CommandError(f"{name} is not parked. 'parked_keys list' shows what is.")
    return key
