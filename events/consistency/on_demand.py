"""Bringing up what a query is about to read, for projections whose mode is on_demand."""

import time
from typing import Any

import structlog
from django.db import Error

from events.log import head_version
from events.projections.base import Projection, ReadRow
from events.projections.checkpoints import checkpoints_of
from events.projections.engine import bring_up_or_park, catch_up_partition
from events.projections.sync_modes import SyncMode, projections_in

logger = structlog.get_logger("events.on_demand")

LIST_BUDGET_SECONDS = 1.0


def before_reading(model: type[ReadRow], product_id: int | None = None) -> None:
    """Bring up one product's row, or for a list all rows; does nothing in the other modes.

    A list is brought up for LIST_BUDGET_SECONDS at most: what is left then is lag, as in the other modes; so is
    everything while the log's database is lost, which queries do without.
    """
    for projection in projections_in(SyncMode.ON_DEMAND):
        if projection.model is model:
            try:
                _bring_up(projection, product_id)
            except Error as error:
                logger.warning("not brought up", projection=projection.name, error=str(error).strip())


def _bring_up(projection: Projection[Any], product_id: int | None) -> None:
    if product_id is None:
        _catch_up(projection)
    elif _is_behind(projection, product_id):
        bring_up_or_park(projection, product_id)


def _is_behind(projection: Projection[Any], product_id: int) -> bool:
    versions = projection.model.objects.filter(id=product_id).values_list("version", flat=True)
    return (versions.first() or 0) < head_version(product_id)


def _catch_up(projection: Projection[Any]) -> None:
    deadline = time.monotonic() + LIST_BUDGET_SECONDS
    for checkpoint in checkpoints_of(projection):
        catch_up_partition(projection, checkpoint.partition, deadline)
