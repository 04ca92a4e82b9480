"""Arguments that several commands share."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from events.projection import Projection, registered_projections

WRONG_USE = 2


def add_projection_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("projection", nargs="*", help="names of projections; all of them when left out")
    parser.add_argument(
        "--product",
        dest="products",
        nargs="+",
        type=int,
        action="extend",
        metavar="ID",
        help="only these products",
    )


def chosen_projections(names: list[str]) -> list[Projection[Any]]:
    """The projections of these names, or all; an unknown name is wrong use."""
    registered = registered_projections()
    if unknown := [name for name in names if name not in registered]:
        known = ", ".join(registered)
        raise CommandError(f"No projection {', '.join(unknown)}; there are: {known}.", returncode=WRONG_USE)
    return [registered[name] for name in names] or list(registered.values())
