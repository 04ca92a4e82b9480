"""Flags for partitions whose wake-up is on its way, so that it is not published a second time."""

from collections.abc import Sequence

import redis
import structlog
from django.conf import settings

logger = structlog.get_logger("events.delivery")

PENDING_SECONDS = 1  # if a wake-up is lost, its flag holds back others for no longer than this


class PendingFlags:
    """One flag per partition, in the broker's Redis. While it is up, a wake-up is on its way and no other is needed.

    Without Redis every wake-up is published: one too many costs little, one too few costs lag.
    """

    def __init__(self, broker_url: str) -> None:
        self._redis = None
        if broker_url.startswith(("redis://", "rediss://")):
            self._redis = redis.Redis.from_url(broker_url, socket_timeout=0.5, socket_connect_timeout=0.5)

    def raise_flags(self, partitions: Sequence[int]) -> Sequence[int]:
        """Raises the flags of these partitions. Returns those whose flag was down: they need a wake-up."""
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
        """Takes the flag down.

        The task calls it before it reads the log: a commit after that reading then publishes a wake-up again. The
        publisher calls it when publishing failed.
        """
        if self._redis is None:
            return
        try:
            self._redis.delete(_flag(partition))
        except redis.RedisError:
            logger.warning("pending flag not cleared; it expires", partition=partition)


def _flag(partition: int) -> str:
    return f"events:wake-up:{partition}"


pending_flags = PendingFlags(settings.CELERY_BROKER_URL)
