"""Events that an operator told a projection to pass over."""

from collections.abc import Iterable
from typing import Any

from events.log import RecordedEvent
from events.models import SkippedEvent
from events.projection import Projection

NOTHING: frozenset[int] = frozenset()


def skipped_versions(
    projection: Projection[Any], product_ids: Iterable[int] | None = None
) -> dict[int, set[int]]:
    """Versions to pass over, by product; for all products unless told which."""
    skips = SkippedEvent.objects.filter(projection=projection.name)
    if product_ids is not None:
        skips = skips.filter(product_id__in=list(product_ids))
    versions: dict[int, set[int]] = {}
    for product_id, version in skips.values_list("product_id", "version"):
        versions.setdefault(product_id, set()).add(version)
    return versions


def skip(projection: Projection[Any], event: RecordedEvent, reason: str) -> None:
    """Pass over this event in this projection from now on, in every fold."""
    SkippedEvent.objects.get_or_create(
        projection=projection.name,
        event_id=event.event_id,
        defaults={"product_id": event.product_id, "version": event.version, "reason": reason},
    )
