"""One document as it was recorded at a time in the past."""

from datetime import datetime

from events import log
from events.projections import snapshots
from events.projections.base import FoldFailed, projection_into
from kernel.errors import FieldFault, Invalid, NotFound, Unavailable
from products_read.models import ReadModel


def read_document_as_of(model: ReadModel, product_id: int, moment: datetime) -> str:
    """The JSON text of the product's document at `moment`, folded from the log by the code of today.

    Raises NotFound when the product did not exist then, and Invalid for a time that has not come.
    """
    if moment > log.now():
        raise Invalid([FieldFault("as_of", "invalid", "This time lies in the future.")])
    try:
        row = snapshots.as_of(projection_into(model), product_id, moment)
    except FoldFailed as failure:
        raise set_aside(failure) from failure
    if row is None:
        raise NotFound(f"There was no product {product_id} at {moment.isoformat()}.")
    document: str = row.document  # type: ignore[attr-defined]
    return document


def set_aside(failure: FoldFailed) -> Unavailable:
    """What to tell a client of a product whose event this code cannot apply."""
    where = f"event {failure.version} of product {failure.product_id}"
    return Unavailable(
        f"This cannot be told until {where} can be applied; operators see why.", retry_after=60
    )
