from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from events.management.progress import ProgressLine
from products_write.command_log.retention import removable, remove_in_batches

_MOST_DAYS = 36_500


class Command(BaseCommand):
    help = (
        "Remove old entries of the command log. An answer is kept for COMMAND_RETENTION_DAYS, since until then its "
        "Idempotency-Key gets it again; afterwards the same key is a new command. Synchronous refusals bind nothing "
        "and go after --older-than days. Commands that wait are never removed, nor are events. "
        "Exit status: 0 done, 2 wrong use."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--older-than",
            type=int,
            metavar="DAYS",
            help="remove what was answered longer ago than this (default: COMMAND_RETENTION_DAYS)",
        )
        parser.add_argument("--dry-run", action="store_true", help="only say how many would be removed")

    def handle(self, *args: Any, older_than: int | None, dry_run: bool, **options: Any) -> None:
        days = settings.COMMAND_RETENTION_DAYS if older_than is None else older_than
        if not 0 <= days <= _MOST_DAYS:
            raise CommandError(f"--older-than must be from 0 to {_MOST_DAYS} days.", returncode=2)
        total = removable(days).count()
        if dry_run:
            self.stdout.write(f"{total} entries would be removed (dry run: nothing was changed).")
            return
        progress = ProgressLine(self.stderr, "entries", total)
        removed = 0
        for batch in remove_in_batches(days):
            removed += batch
            progress.advance(batch)
        progress.finish()
        self.stdout.write(f"{removed} entries removed.")
