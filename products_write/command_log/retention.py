"""How long the command log is kept, and removing what is older, in batches that stop nobody."""

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
    """What was answered more than `days` ago and binds nothing any more.

    An answer binds its key for COMMAND_RETENTION_DAYS: until then it is kept whatever `days` says. A synchronous
    refusal binds nothing, and what has no answer yet is never removable.
    """
    refusals = Q(binding=False) & _older_than(days)
    answers = Q(binding=True) & _older_than(max(days, settings.COMMAND_RETENTION_DAYS))
    return CommandRecord.objects.exclude(status=CommandRecord.Status.PENDING).filter(refusals | answers)


def remove_in_batches(days: int) -> Iterator[int]:
    """Removes what is `removable`, oldest first, a transaction a batch; yields how many each batch had."""
    while removed := _remove_batch(days):
        yield removed


def _remove_batch(days: int) -> int:
    with transaction.atomic(using=write_alias()):
        # A key that is being taken again is locked, and no longer what it was once the lock is free.
        oldest = removable(days).order_by("received_at").select_for_update(skip_locked=True)
        ids = list(oldest.values_list("id", flat=True)[:BATCH])
        CommandRecord.objects.filter(id__in=ids).delete()
    return len(ids)


def _older_than(days: int) -> Q:
    """By both moments: one may have waited long for its answer."""
    moment: datetime = timezone.now() - timedelta(days=days)
    return Q(received_at__lt=moment, finished_at__lt=moment)
