"""The document of one product at a time in the past."""

from datetime import datetime

from events import log
from events.projections import snapshots
from events.projections.base import FoldFailed, projection_into
from kernel.errors import FieldFault, Invalid, NotFound, Unavailable
from products_read.models import ReadModel


def read_document_as_of(model: ReadModel, product_id: int, moment: datetime) -> str:
    """The JSON text of the product's document at `moment`. Today's code folds it from the events recorded until then.

    Raises NotFound when the product did not exist at that time, and Invalid for a time in the future. Raises
    Unavailable when this code cannot apply one of the events.
    """
    if moment > log.now():
        detail = f"{moment.isoformat()} is in the future. Send a time that has passed."
        raise Invalid([FieldFault("as_of", "invalid", detail)])
    try:
        row = snapshots.as_of(projection_into(model), product_id, moment)
    except FoldFailed as failure:
        raise set_aside(failure) from failure
    if row is None:
        raise NotFound(f"Product {product_id} did not exist at {moment.isoformat()}.")
    document: str = row.document  # type: ignore[attr-defined]
    return document


def set_aside(failure: FoldFailed) -> Unavailable:
    """The error for a client when this code cannot apply an event of the product."""
    event = f"event {failure.version} of product {failure.product_id}"
    return Unavailable(
        f"The service cannot apply {event}, which this needs. Its operators can see the cause. Try again later.",
        retry_after=60,
    )
