"""The fold as the engine runs it: past the events that operators told a projection to skip."""

from collections.abc import Iterable
from typing import Any

from events.projections.base import FoldableEvent, Projection, Row, fold
from events.projections.skips import NOTHING, skipped_versions


class Fold:
    """One projection's fold of some streams. It reads their skips once, when it is made.

    Without `product_ids` it folds any stream, and reads the skips of all.
    """

    def __init__(self, projection: Projection[Any], product_ids: Iterable[int] | None = None) -> None:
        self.projection = projection
        self._skipped = skipped_versions(projection, product_ids)

    def __call__(self, row: Row, events: Iterable[FoldableEvent]) -> Row:
        """Applies `events` of the row's stream, in order, to the row and returns it.

        Raises FoldFailed for an event that cannot be applied. The row is half changed then and of no use.
        """
        folded: Row = fold(self.projection, row, events, self._skipped.get(row.id, NOTHING))
        return folded
