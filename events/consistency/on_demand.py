"""Brings up the rows that a query is about to read, for projections in on_demand mode."""

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
    """Brings up one product's row, or without a product all rows for a list. Does nothing in the other modes.

    For a list this takes LIST_BUDGET_SECONDS at most. The rest is lag, as in the other modes. Queries work without
    the log's database: while it is lost, everything new is lag.
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
