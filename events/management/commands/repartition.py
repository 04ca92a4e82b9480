from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from events.management.arguments import WRONG_USE, whole_number
from events.projections.base import registered_projections
from events.projections.checkpoints import partitions_in_use, repartition

MOST = 1_024


class Command(BaseCommand):
    help = (
        "Change the number of partitions, which is the number of workers that can project at once. Workers may "
        "keep running: they wait for the moment that the change takes. Exit status: 0 if it is done, 2 for wrong use."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "partitions",
            type=whole_number,
            metavar="N",
            help=f"the new number of partitions, from 1 to {MOST}",
        )

    def handle(self, *, partitions: int, **options: Any) -> None:
        if not 1 <= partitions <= MOST:
            raise CommandError(
                f"{partitions} partitions are not possible. N is a whole number from 1 to {MOST}.",
                returncode=WRONG_USE,
            )
        before = partitions_in_use()
        repartition(registered_projections().values(), partitions)
        self.stdout.write(
            f"Products are divided into {partitions} partitions now. Before, the number was {before}."
        )
