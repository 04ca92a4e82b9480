"""Tells whether a read row holds the client's own write, and brings the row up if it does not.

This needs neither a broker nor a worker. A reader that may wait brings the product up itself, as catch-up would.
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

LOCK_MILLISECONDS = 50  # if a worker holds the row for longer, the reader leaves the row to it

_STANDING = (
    "SELECT (SELECT version FROM {table} WHERE id = %s),"
    f" EXISTS (SELECT 1 FROM {ParkedKey._meta.db_table} WHERE projection = %s AND product_id IN (%s, %s))"
)


class Freshness(NamedTuple):
    """Tells whether the row has the token's version, and how the wait for it ended."""

    is_fresh: bool
    wait: Wait


class _Standing(Enum):
    FRESH = "the row has the token's version"
    BEHIND = "the row has an earlier version"
    SET_ASIDE = "the product is parked or held"


def freshen(
    model: type[ReadRow], token: Token, seconds: float, shown_product_id: int | None = None
) -> Freshness:
    """Brings the token's product up in `model` unless its row has the token's version. Takes `seconds` at most.

    With 0 seconds it only looks. The answer is stale if the token's product or the product that is shown is parked or
    held. The reader does not wait for such a product, since the product waits for an operator or for newer code.
    """
    before_reading(model, token.product_id)
    reader = _Reader(projection_into(model), token, shown_product_id or token.product_id)
    wait = wait_for(reader.settles if seconds else reader.is_settled, seconds)
    return Freshness(reader.standing is _Standing.FRESH, wait)


def log_holds(token: Token) -> bool:
    """Tells whether the log has the token's version. The log lacks it only if an older backup was restored."""
    return head_version(token.product_id) >= token.version


class _Reader:
    """One reader's view of a row. `standing` is the state at its last look."""

    def __init__(self, projection: Projection[Any], token: Token, shown_product_id: int) -> None:
        self.projection, self.token, self.shown_product_id = projection, token, shown_product_id
        self.standing = _Standing.BEHIND

    def settles(self) -> bool:
        """Looks at the row. If the row is behind, brings the product up and looks again.

        The first look leaves the work to a worker that was faster. The second look is needed because bringing up does
        not tell how it ended: the row may be fresh now, or the product may be parked.
        """
        return self.is_settled() or (
            _bring_up_briefly(self.projection, self.token.product_id) and self.is_settled()
        )

    def is_settled(self) -> bool:
        """Looks at the row. True if there is nothing more to wait for."""
        self.standing = self._look()
        return self.standing is not _Standing.BEHIND

    def _look(self) -> _Standing:
        """Reads row and parked keys in one statement, from the database that the response will be read from."""
        token, model = self.token, self.projection.model
        values = (token.product_id, self.projection.name, token.product_id, self.shown_product_id)
        with connections[router.db_for_read(model)].cursor() as database:
            database.execute(_STANDING.format(table=model._meta.db_table), values)
            version, is_set_aside = database.fetchone()
        if is_set_aside:
            return _Standing.SET_ASIDE
        return _Standing.FRESH if (version or 0) >= token.version else _Standing.BEHIND


def _bring_up_briefly(projection: Projection[Any], product_id: int) -> bool:
    """Tries to bring the product up. False if a lock is held or a database is lost: the next look tries again."""
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
    """False if the product's partition is halted, or newer code has the projection."""
    covering = (one for one in checkpoints_of(projection) if product_id % one.partitions == one.partition)
    return all(why_not(projection, checkpoint) is None for checkpoint in covering)
