from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from events import log
from events.integrity.dry_run import dry_run_release
from events.management.arguments import WRONG_USE
from events.models import ParkedKey
from events.projections import engine
from events.projections.base import FoldFailed, Projection, registered_projections


class Command(BaseCommand):
    help = (
        "Handle the products whose events a projection cannot apply. List them, try them with the present code, "
        "release them when the code is corrected, or skip an event for good. Exit status: 0 if it is done, 1 if "
        "the product still fails or is not parked, 2 for wrong use."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="list all parked and held products")
        for name, description in (
            ("show", "show the event that failed, and the traceback"),
            ("try", "apply the events with the present code, and change nothing"),
            ("release", "apply the events in order, and let the product go on"),
            ("skip", "skip the failing event in every fold from now on, then release the product"),
        ):
            action = actions.add_parser(name, help=description)
            action.add_argument("key", metavar="PROJECTION:PRODUCT_ID")
            if name == "skip":
                action.add_argument("--reason", required=True, help="the reason, for later readers")

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
        dry_run = dry_run_release(projection, key)
        self.stdout.write(f"before: {dry_run.before}\nafter:  {dry_run.after}")
        if dry_run.error:
            self.stdout.write(dry_run.error)
            raise SystemExit(1)
        self.stdout.write("The product can be released. Nothing was changed.")

    def _release(self, projection: Projection[Any], key: ParkedKey, reason: str) -> None:
        if failure := engine.release(projection, key):
            self.stderr.write(_still_parked(key, failure))
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
            self.stderr.write(_still_parked(key, failure))
            raise SystemExit(1)


def _still_parked(key: ParkedKey, failure: FoldFailed) -> str:
    where = f"{key.projection}:{key.product_id}"
    return f"{where} is still parked, because version {failure.version} cannot be applied: {failure}"


def _parked(name: str) -> ParkedKey:
    projection, _, product_id = name.partition(":")
    if projection not in registered_projections() or not product_id.isdecimal():
        known = ", ".join(registered_projections())
        raise CommandError(
            f"{name!r} names no product. Write PROJECTION:PRODUCT_ID. The projections are: {known}.",
            returncode=WRONG_USE,
        )
    key = ParkedKey.objects.filter(projection=projection, product_id=int(product_id)).first()
    if key is None:
        raise CommandError(f"{name} is not parked. 'manage.py parked_keys list' shows the parked products.")
    return key
