"""Whether a partition's wake-up is under way already, so that another one would say nothing new."""

from collections.abc import Sequence

import redis
import structlog
from django.conf import settings

logger = structlog.get_logger("events.delivery")

PENDING_SECONDS = 1


class PendingFlags:
    """One flag per partition in the broker's Redis: while it stands, another wake-up would say nothing new.

    Fails open: without Redis every wake-up is published.
    """

    def __init__(self, broker_url: str) -> None:
        self._redis = None
        if broker_url.startswith(("redis://", "rediss://")):
            self._redis = redis.Redis.from_url(broker_url, socket_timeout=0.5, socket_connect_timeout=0.5)

    def raise_flags(self, partitions: Sequence[int]) -> Sequence[int]:
        """Those whose wake-ups are worth publishing: nobody else's is pending."""
        if self._redis is None:
            return partitions
        try:
            with self._redis.pipeline(transaction=False) as together:
                for partition in partitions:
                    together.set(_flag(partition), 1, nx=True, ex=PENDING_SECONDS)
                raised = together.execute()
        except redis.RedisError:
            return partitions
        return [partition for partition, is_raised in zip(partitions, raised, strict=True) if is_raised]

    def clear(self, partition: int) -> None:
        """Before the head is read, and when publishing failed."""
        if self._redis is None:
            return
        try:
            self._redis.delete(_flag(partition))
        except redis.RedisError:
            logger.warning("pending flag not cleared; it expires", partition=partition)


def _flag(partition: int) -> str:
    return f"events:wake-up:{partition}"


pending_flags = PendingFlags(settings.CELERY_BROKER_URL)
