"""Makes the demo catalogue, its users and their credentials."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from events.management.arguments import whole_number
from events.management.progress import ProgressLine
from kernel.errors import Unavailable
from products_write.bus.bulk import in_bulk
from products_write.demo.people import Credential, all_there, make_people
from products_write.demo.story import Story

_DEFAULT_EVENTS = 700


class Command(BaseCommand):
    help = (
        "Fill the catalogue with demo products, users and their commands. A second run changes nothing. The users get "
        "random passwords and tokens. These are printed, and kept in var/demo-credentials.txt, which only you can "
        "read. Exit status: 0 done, 1 refused (outside DEBUG without --force), 2 wrong use."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--products", type=whole_number, metavar="N", help="the number of products (default: 48)"
        )
        parser.add_argument(
            "--events",
            type=whole_number,
            metavar="N",
            default=_DEFAULT_EVENTS,
            help="make at least this many events (default: 700)",
        )
        parser.add_argument("--force", action="store_true", help="run even if DEBUG is off")

    def handle(self, *args: Any, products: int | None, events: int, force: bool, **options: Any) -> None:
        if not settings.DEBUG and not force:
            raise CommandError(
                "DEBUG is off, so this is not a development environment. Nothing was done. Use --force to go on."
            )
        if (products is not None and products < 0) or events < 0:
            raise CommandError("--products and --events must be 0 or more.", returncode=2)
        path = Path(settings.VAR_DIR) / "demo-credentials.txt"
        if not all_there() or not path.exists():
            _keep(path, make_people())
        progress = ProgressLine(self.stderr, "events", events)
        story = Story(told=progress.advance)
        try:
            with in_bulk():
                story.tell(products, events)
        except Unavailable as error:
            raise CommandError(f"{error.detail} Run the command again to continue.") from error
        progress.finish()
        self.stdout.write(f"{len(story.products)} products, {story.events} events.\n\n{path.read_text()}")


def _keep(path: Path, credentials: list[Credential]) -> None:
    """Writes the credentials to a file that only its owner can read."""
    lines = [
        f"{each.username:<10} password {each.password}  token {each.token}  ({each.about})"
        for each in credentials
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write("\n".join(lines) + "\n")
