"""Whether a read row holds what a client has written, and bringing it up when it does not.

Needs neither broker nor worker: a reader that may wait brings the product up itself, as catch-up would have.
"""

from enum import Enum
from typing import Any, NamedTuple

import structlog
from django.db import Error, connections, router

from events.consistency.bounded_wait import Wait, wait_for
from events.consistency.on_demand import before_reading
from events.consistency.tokens import Token
from events.log import head_version
from events.models import ParkedKey
from events.projections.base import Projection, ReadRow, projection_into
from events.projections.checkpoints import checkpoints_of
from events.projections.engine import bring_up_or_park, why_not
from kernel.database.aliases import read_connection
from kernel.database.dialect import dialect_of

logger = structlog.get_logger("events.freshness")

LOCK_MILLISECONDS = 50

_STANDING = (
    "SELECT (SELECT version FROM {table} WHERE id = %s),"
    f" EXISTS (SELECT 1 FROM {ParkedKey._meta.db_table} WHERE projection = %s AND product_id IN (%s, %s))"
)


class Freshness(NamedTuple):
    """Whether the answer holds what the token stands for, and how the waiting for it ended."""

    is_fresh: bool
    wait: Wait


class _Standing(Enum):
    FRESH = "the row has the token's version"
    BEHIND = "not yet"
    SET_ASIDE = "the product is parked or held"


def freshen(
    model: type[ReadRow], token: Token, seconds: float, shown_product_id: int | None = None
) -> Freshness:
    """Bring the token's product up in `model` unless it has the token's version, for `seconds` at most.

    Without time nothing is brought up. What is parked counts as stale, the product that is shown included; it is
    not waited for, since it waits for an operator.
    """
    before_reading(model, token.product_id)
    reader = _Reader(projection_into(model), token, shown_product_id or token.product_id)
    wait = wait_for(reader.settles if seconds else reader.is_settled, seconds)
    return Freshness(reader.standing is _Standing.FRESH, wait)


def log_holds(token: Token) -> bool:
    """Whether the log itself has the token's version: always, unless it was restored from before it."""
    return head_version(token.product_id) >= token.version


class _Reader:
    """One reader's view of a row, looked at again and again."""

    def __init__(self, projection: Projection[Any], token: Token, shown_product_id: int) -> None:
        self.projection, self.token, self.shown_product_id = projection, token, shown_product_id
        self.standing = _Standing.BEHIND

    def settles(self) -> bool:
        """Brings the product up when it has to."""
        return self.is_settled() or (
            _bring_up_briefly(self.projection, self.token.product_id) and self.is_settled()
        )

    def is_settled(self) -> bool:
        self.standing = self._look()
        return self.standing is not _Standing.BEHIND

    def _look(self) -> _Standing:
        """One statement, asked of the database that the answer will be read from."""
        wanted, model = self.token, self.projection.model
        asked = (wanted.product_id, self.projection.name, wanted.product_id, self.shown_product_id)
        with connections[router.db_for_read(model)].cursor() as database:
            database.execute(_STANDING.format(table=model._meta.db_table), asked)
            version, is_set_aside = database.fetchone()
        if is_set_aside:
            return _Standing.SET_ASIDE
        return _Standing.FRESH if (version or 0) >= wanted.version else _Standing.BEHIND


def _bring_up_briefly(projection: Projection[Any], product_id: int) -> bool:
    """Whether it could be tried: a lock that is held or a database that is lost leave it for the next time."""
    try:
        if not _may_project(projection, product_id):
            return False
        connection = read_connection()
        with dialect_of(connection).brief_transaction(connection, LOCK_MILLISECONDS):
            bring_up_or_park(projection, product_id)
    except Error as error:
        logger.warning("product not brought up", projection=projection.name, error=str(error).strip())
        return False
    return True


def _may_project(projection: Projection[Any], product_id: int) -> bool:
    covering = (one for one in checkpoints_of(projection) if product_id % one.partitions == one.partition)
    return all(why_not(projection, checkpoint) is None for checkpoint in covering)
