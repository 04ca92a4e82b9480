"""One product in the catalogue, discontinued or not."""

from datetime import datetime

from msgspec import UNSET, Struct

from products_read.documents.current import Document, read_document
from products_read.documents.past import read_document_as_of
from products_read.models import ProductDisplay
from products_read.queries.parameter_types import Moment


class ShowProduct(Struct, frozen=True, kw_only=True):
    """`as_of` is a time in the past. Without it the query shows the current state."""

    as_of: Moment = UNSET


def show_product(product_id: int) -> Document:
    """The product's document. Raises NotFound."""
    return read_document(ProductDisplay, product_id)


def show_product_as_of(product_id: int, moment: datetime) -> str:
    """The document as it was recorded at `moment`. Raises NotFound, and Invalid for a time in the future."""
    return read_document_as_of(ProductDisplay, product_id, moment)
