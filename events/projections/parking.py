"""Products that a projection cannot go on with: they are parked for an operator, or held for newer code."""

import traceback
from collections.abc import Iterable
from typing import Any

import structlog
from django.db.models import F

from events.contracts import UnreadableEvent
from events.models import Event, ParkedKey
from events.projections.base import FoldFailed, Projection
from kernel.database.aliases import read_connection
from kernel.database.dialect import dialect_of
from kernel.database.statements import fetch

logger = structlog.get_logger("events.parking")


def parked_among(projection: Projection[Any], product_ids: Iterable[int]) -> set[int]:
    """Returns those of these products that are parked or held in this projection."""
    connection = read_connection()
    condition, listed = dialect_of(connection).among("product_id", product_ids)
    parked = f"SELECT product_id FROM events_parkedkey WHERE projection = %s AND {condition}"
    return {product_id for (product_id,) in fetch(connection, parked, [projection.name, listed])}


def park(projection: Projection[Any], failure: FoldFailed) -> None:
    """Parks or holds the product in this projection, with the event that cannot be applied and the error.

    All other products go on. If the product is parked already, its first failure stays.
    """
    key = ParkedKey(
        projection=projection.name,
        product_id=failure.product_id,
        position=_position(failure),
        **_description(failure),
    )
    ParkedKey.objects.bulk_create([key], ignore_conflicts=True)
    logger.error(
        "product set aside",
        projection=key.projection,
        product_id=key.product_id,
        version=key.version,
        kind=str(key.kind),
        error=key.error,
    )


def park_again(key: ParkedKey, failure: FoldFailed) -> None:
    """Stores a further attempt that failed, perhaps at a later event than the one before."""
    described = _description(failure) | {"position": _position(failure), "attempts": F("attempts") + 1}
    ParkedKey.objects.filter(pk=key.pk).update(**described)


def held_keys(projection: Projection[Any]) -> list[ParkedKey]:
    """Returns the held products of this projection. Parked ones are not among them."""
    return list(ParkedKey.objects.filter(projection=projection.name, kind=ParkedKey.Kind.HELD))


def forget(projection: Projection[Any]) -> None:
    """Removes all keys of this projection: a rebuild tries every product again."""
    ParkedKey.objects.filter(projection=projection.name).delete()


def _description(failure: FoldFailed) -> dict[str, Any]:
    is_held = isinstance(failure.error, UnreadableEvent)
    return {
        "kind": ParkedKey.Kind.HELD if is_held else ParkedKey.Kind.PARKED,
        "version": failure.version,
        "error": str(failure),
        "traceback": "".join(traceback.format_exception(failure.error)),
    }


def _position(failure: FoldFailed) -> int:
    event = Event.objects.filter(product_id=failure.product_id, version=failure.version)
    return event.values_list("position", flat=True).first() or 0
