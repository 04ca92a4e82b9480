"""Removes old entries of the command log."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from events.management.arguments import whole_number
from events.management.progress import ProgressLine
from products_write.command_log.retention import removable, remove_in_batches

_MAX_DAYS = 36_500


class Command(BaseCommand):
    help = (
        "Remove old entries of the command log. A response is kept for at least COMMAND_RETENTION_DAYS: until then a "
        "command with the same Idempotency-Key gets it again, and afterwards the key is free. A synchronous refusal "
        "can be removed earlier, with --older-than. Commands that wait and events are never removed. "
        "Exit status: 0 done, 2 wrong use."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--older-than",
            type=whole_number,
            metavar="DAYS",
            help="remove entries that ended more than DAYS days ago (default: COMMAND_RETENTION_DAYS)",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="only print how many entries would be removed"
        )

    def handle(self, *args: Any, older_than: int | None, dry_run: bool, **options: Any) -> None:
        days = settings.COMMAND_RETENTION_DAYS if older_than is None else older_than
        if not 0 <= days <= _MAX_DAYS:
            raise CommandError(
                f"--older-than is {days}; give a number of days from 0 to {_MAX_DAYS}.", returncode=2
            )
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
