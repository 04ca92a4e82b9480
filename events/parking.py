"""Products that a projection cannot go on with: parked for an operator, or held for newer code."""

import traceback
from collections.abc import Iterable
from typing import Any

import structlog
from django.db.models import F

from events.contracts import UnreadableEvent
from events.log import RecordedEvent
from events.models import ParkedKey
from events.projection import Projection

logger = structlog.get_logger(__name__)


def parked_among(projection: Projection[Any], product_ids: Iterable[int]) -> set[int]:
    """Which of these products wait in this projection."""
    parked = ParkedKey.objects.filter(projection=projection.name, product_id__in=list(product_ids))
    return set(parked.values_list("product_id", flat=True))


def park(projection: Projection[Any], first: RecordedEvent, error: Exception) -> None:
    """Set the product aside in this projection, with the first event not applied and why; all others go on."""
    kind = ParkedKey.Kind.HELD if isinstance(error, UnreadableEvent) else ParkedKey.Kind.PARKED
    key = ParkedKey(
        projection=projection.name,
        product_id=first.product_id,
        kind=kind,
        position=first.position,
        version=first.version,
        error=f"{type(error).__name__}: {error}",
        traceback="".join(traceback.format_exception(error)),
    )
    ParkedKey.objects.bulk_create([key], ignore_conflicts=True)
    logger.error(
        "product set aside", projection=key.projection, product_id=key.product_id, kind=kind, error=key.error
    )


def held_keys(projection: Projection[Any]) -> list[ParkedKey]:
    return list(ParkedKey.objects.filter(projection=projection.name, kind=ParkedKey.Kind.HELD))


def count_attempt(key: ParkedKey, error: Exception) -> None:
    """One more attempt that failed."""
    described = f"{type(error).__name__}: {error}"
    ParkedKey.objects.filter(pk=key.pk).update(attempts=F("attempts") + 1, error=described)


def forget(projection: Projection[Any]) -> None:
    """Nothing waits in this projection any more: a rebuild has just tried every product."""
    ParkedKey.objects.filter(projection=projection.name).delete()
