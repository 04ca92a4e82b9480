from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from events.management.arguments import WRONG_USE
from events.projections.base import registered_projections
from events.projections.checkpoints import partitions_in_use, repartition

MOST = 1_024


class Command(BaseCommand):
    help = (
        "Change the number of partitions, that is how many workers can project at once. Workers may go on: they "
        "wait for the moment it takes. Exit status: 0 done, 2 wrong use."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("partitions", type=int, metavar="N", help=f"1 to {MOST}")

    def handle(self, *, partitions: int, **options: Any) -> None:
        if not 1 <= partitions <= MOST:
            raise CommandError(f"N is 1 to {MOST}.", returncode=WRONG_USE)
        before = partitions_in_use()
        repartition(registered_projections().values(), partitions)
        self.stdout.write(f"Products are divided into {partitions} partitions now; it was {before}.")
