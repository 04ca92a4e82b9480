"""Arguments that several commands share."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import CommandError

from events.integrity.verify import registered_write_models
from events.log import known_streams
from events.projections.base import Projection, registered_projections
from kernel.expectations import shown

WRONG_USE = 2


def add_projection_arguments(parser: ArgumentParser) -> None:
    """Adds the names of projections and `--product`."""
    parser.add_argument("projection", nargs="*", help="names of projections; without names, all projections")
    parser.add_argument(
        "--product",
        dest="products",
        nargs="+",
        type=positive,
        action="extend",
        metavar="ID",
        help="only these products",
    )


def positive(text: str) -> int:
    """Reads an argument that is a whole number of at least 1."""
    number = whole_number(text)
    if number < 1:
        raise ArgumentTypeError(f"expected a whole number of at least 1, not {shown(text)}")
    return number


def whole_number(text: str) -> int:
    """Reads an argument that is a whole number. The command itself checks its range."""
    try:
        return int(text)
    except ValueError:
        raise ArgumentTypeError(f"expected a whole number, not {shown(text)}") from None


def refuse_unknown_products(product_ids: list[int]) -> None:
    """Raises CommandError for products that neither the log nor any table has."""
    known = set(known_streams(product_ids))
    for projection in registered_projections().values():
        known.update(projection.model.objects.filter(id__in=product_ids).values_list("id", flat=True))
    for write_model in registered_write_models():
        known.update(write_model.load(product_ids))
    if unknown := sorted(set(product_ids) - known):
        raise CommandError(f"There is no product {', '.join(map(str, unknown))}. Nothing was done.")


def chosen_projections(names: list[str]) -> list[Projection[Any]]:
    """Returns the projections of these names, or all without names. Raises CommandError for an unknown name."""
    registered = registered_projections()
    if unknown := [name for name in names if name not in registered]:
        known = ", ".join(registered)
        raise CommandError(
            f"There is no projection {', '.join(unknown)}. There are: {known}.", returncode=WRONG_USE
        )
    return [registered[name] for name in names] or list(registered.values())
