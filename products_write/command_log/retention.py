"""Removes old records of the command log, in batches that do not block commands."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from kernel.database.aliases import write_alias
from products_write.models import CommandRecord

BATCH = 5_000


def removable(days: int) -> QuerySet[CommandRecord]:
    """The records that ended more than `days` ago and do not bind any more.

    A response binds its key for COMMAND_RETENTION_DAYS. It is kept for that time even if `days` is less. A
    synchronous refusal does not bind. A record without a response is never removable.
    """
    refusals = Q(binding=False) & _older_than(days)
    responses = Q(binding=True) & _older_than(max(days, settings.COMMAND_RETENTION_DAYS))
    return CommandRecord.objects.exclude(status=CommandRecord.Status.PENDING).filter(refusals | responses)


def remove_in_batches(days: int) -> Iterator[int]:
    """Removes the `removable` records, the oldest first, in one transaction a batch. Yields the size of each batch."""
    while removed := _remove_batch(days):
        yield removed


def _remove_batch(days: int) -> int:
    with transaction.atomic(using=write_alias()):
        # A locked record is an old refusal whose key is being claimed again. It is about to change, so skip it.
        oldest = removable(days).order_by("received_at").select_for_update(skip_locked=True)
        ids = list(oldest.values_list("id", flat=True)[:BATCH])
        CommandRecord.objects.filter(id__in=ids).delete()
    return len(ids)


def _older_than(days: int) -> Q:
    """Both moments count, because a queued command may have waited long for its response."""
    moment: datetime = timezone.now() - timedelta(days=days)
    return Q(received_at__lt=moment, finished_at__lt=moment)
