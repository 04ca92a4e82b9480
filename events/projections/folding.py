"""The fold with the skips: it passes over the events that an operator told the projection to skip."""

from collections.abc import Iterable
from typing import Any

from events.projections.base import FoldableEvent, Projection, Row, fold
from events.projections.skips import NOTHING, skipped_versions


class Fold:
    """One projection's fold of some streams. It reads their skips once, when it is made.

    Without `product_ids` it can fold any stream, and reads the skips of all products.
    """

    def __init__(self, projection: Projection[Any], product_ids: Iterable[int] | None = None) -> None:
        self.projection = projection
        self._skipped = skipped_versions(projection, product_ids)

    def __call__(self, row: Row, events: Iterable[FoldableEvent]) -> Row:
        """Applies `events` of the row's stream, in order, to the row, and returns it.

        Raises FoldFailed if an event cannot be applied. The row is then half changed and of no use.
        """
        folded: Row = fold(self.projection, row, events, self._skipped.get(row.id, NOTHING))
        return folded
