"""Skips: the events that an operator told a projection to pass over."""

from collections.abc import Iterable
from typing import Any

from events.log import RecordedEvent
from events.models import SkippedEvent
from events.projections.base import Projection
from kernel.database.aliases import read_connection
from kernel.database.dialect import dialect_of
from kernel.database.statements import fetch

NOTHING: frozenset[int] = frozenset()


def skipped_versions(
    projection: Projection[Any], product_ids: Iterable[int] | None = None
) -> dict[int, set[int]]:
    """Returns the versions to skip, by product. Without `product_ids`, of all products."""
    connection = read_connection()
    skips, values = (
        "SELECT product_id, version FROM events_skippedevent WHERE projection = %s",
        [projection.name],
    )
    if product_ids is not None:
        condition, listed = dialect_of(connection).among("product_id", product_ids)
        skips, values = f"{skips} AND {condition}", [*values, listed]
    versions: dict[int, set[int]] = {}
    for product_id, version in fetch(connection, skips, values):
        versions.setdefault(product_id, set()).add(version)
    return versions


def record_skip(projection: Projection[Any], event: RecordedEvent, reason: str) -> None:
    """Makes every fold of this projection skip the event from now on."""
    SkippedEvent.objects.get_or_create(
        projection=projection.name,
        event_id=event.event_id,
        defaults={"product_id": event.product_id, "version": event.version, "reason": reason},
    )
