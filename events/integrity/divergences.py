"""The differences that a background verify found. Operators see them until a later verify finds the field right."""

import random
from collections.abc import Iterable, Sequence

import structlog
from django.db.models import Max, Min

from events.integrity.verify import WRITE_TABLES, Difference, verify_projection, verify_write_models
from events.log import stream_ids
from events.models import Divergence, Event
from events.projections.base import registered_projections

logger = structlog.get_logger("events.alarms")

_FEW = 10  # times the size of the sample: up to so many products are listed whole


def record_divergences(where: str, checked: Sequence[int], differences: Iterable[Difference]) -> None:
    """Stores the differences found among the `checked` products, and removes those that are gone."""
    found = [
        Divergence(
            where=where,
            product_id=difference.product_id,
            field=difference.field,
            expected=repr(difference.expected),
            found=repr(difference.found),
        )
        for difference in differences
    ]
    Divergence.objects.filter(where=where, product_id__in=checked).delete()
    Divergence.objects.bulk_create(found, ignore_conflicts=True)
    for divergence in found:
        logger.error(
            "not what the log says", where=where, product_id=divergence.product_id, field=divergence.field
        )


def divergent_products(where: str) -> list[int]:
    """Returns the products for which the last verify found a difference in `where`."""
    divergences = Divergence.objects.filter(where=where).order_by("product_id")
    return list(divergences.values_list("product_id", flat=True).distinct())


def verify_at_random(size: int) -> None:
    """Verifies `size` products, drawn at random, and stores the differences."""
    chosen = sample_products(size)
    record_divergences(WRITE_TABLES, chosen, verify_write_models(chosen, _silently))
    for projection in registered_projections().values():
        record_divergences(projection.name, chosen, verify_projection(projection, chosen, _silently))


def sample_products(size: int) -> list[int]:
    """Returns `size` products that have a stream, drawn at random; all of them if there are fewer.

    Among many products it draws events, and takes the products of these. It does not draw ids, because ids may lie
    far apart. Busy products are therefore drawn more often.
    """
    first = stream_ids(0, _FEW * size)
    if len(first) < _FEW * size:
        return sorted(random.sample(first, min(size, len(first))))
    bounds = Event.objects.aggregate(lowest=Min("position"), highest=Max("position"))
    drawn: set[int] = set()
    for _ in range(_FEW * size):
        position = random.randint(bounds["lowest"], bounds["highest"])
        following = Event.objects.filter(position__gte=position).order_by("position")
        drawn.update(following.values_list("product_id", flat=True)[:1])
        if len(drawn) == size:
            break
    return sorted(drawn)


def _silently(done: int) -> None:
    """A background verify shows its progress to nobody."""
