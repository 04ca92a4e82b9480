"""From a commit to a worker: one wake-up per partition, published without delaying the command.

A wake-up is a hint. If one is lost, doubled or forged, only the lag changes, and only until the next sweep. While the
broker is out of reach, the process that committed projects by itself, in the thread that publishes.
"""

import time
from collections.abc import Sequence
from typing import Any

import structlog
from django.conf import settings
from django.db import close_old_connections

from events.delivery.pending_flags import pending_flags
from events.projections.checkpoints import DEFAULT_PARTITIONS, partitions_in_use
from events.projections.engine import bring_up_or_park, catch_up_partition
from events.projections.sync_modes import SyncMode, projections_in
from events.tasks import project
from kernel import failpoints
from kernel.background_queue import BackgroundQueue

logger = structlog.get_logger("events.delivery")

FALLBACK_SECONDS = 5.0
PARTITIONS_KNOWN_SECONDS = 5.0


def wake_up(product_ids: frozenset[int], **kwargs: Any) -> None:
    """Receiver of events_committed: wakes the projections in the products' partitions."""
    failpoints.reach(failpoints.AFTER_COMMIT)
    if not projections_in(SyncMode.EVENTUAL):
        return
    partitions = {product_id % _partitions() for product_id in product_ids}
    if settings.EMBEDDED:
        _project_now(partitions)
    else:
        wake_up_publisher.add(partitions)


def project_inline(product_id: int, **kwargs: Any) -> None:
    """Receiver of events_appended: brings the product up in the command's own transaction, in inline mode.

    A product that cannot be folded is parked. A fault of the read side never refuses a command.
    """
    for projection in projections_in(SyncMode.INLINE):
        bring_up_or_park(projection, product_id)


def _project_now(partitions: set[int]) -> None:
    """Embedded, `delay` runs the task in this thread."""
    for partition in sorted(partitions):
        project.delay(partition)


_known_partitions: tuple[float, int] | None = None


def _partitions() -> int:
    """The number of partitions, read now and then. An outdated number costs no more than lag until the next sweep."""
    global _known_partitions
    if _known_partitions and time.monotonic() - _known_partitions[0] < PARTITIONS_KNOWN_SECONDS:
        return _known_partitions[1]
    try:
        count = partitions_in_use()
    except Exception:
        logger.warning("partitions unknown, assuming the default", exc_info=True)
        count = DEFAULT_PARTITIONS
    _known_partitions = (time.monotonic(), count)
    return count


def _publish(partitions: Sequence[int]) -> None:
    for partition in pending_flags.raise_flags(partitions):
        _publish_one(partition)


def _publish_one(partition: int) -> None:
    try:
        project.delay(partition)
    except Exception as error:
        logger.warning("wake-up not published; projecting here", partition=partition, error=str(error))
        # Otherwise the flag would hold back processes that can reach the broker again.
        pending_flags.clear(partition)
        _project_without_broker(partition)


def _project_without_broker(partition: int) -> None:
    """Projects in this thread, because no worker can be reached. The sweep does what this thread cannot do."""
    try:
        for projection in projections_in(SyncMode.EVENTUAL):
            catch_up_partition(projection, partition, time.monotonic() + FALLBACK_SECONDS)
    except Exception as error:
        logger.warning("not projected here; the sweep will do", partition=partition, error=str(error))
    finally:
        close_old_connections()


wake_up_publisher = BackgroundQueue("wake-ups", _publish, at_once=1_000)
"""Its length is at most the number of partitions, since a partition that waits is not added again."""
