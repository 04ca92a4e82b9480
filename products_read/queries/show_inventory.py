"""One product in the inventory, discontinued or not."""

from datetime import datetime

from msgspec import UNSET, Struct

from products_read.documents.current import Document, read_document
from products_read.documents.past import read_document_as_of
from products_read.models import ProductInventory
from products_read.queries.parameter_types import Moment


class ShowInventory(Struct, frozen=True, kw_only=True):
    """`as_of` is a time in the past. Without it the query shows the current state."""

    as_of: Moment = UNSET


def show_inventory(product_id: int) -> Document:
    """The product's inventory document. Raises NotFound."""
    return read_document(ProductInventory, product_id)


def show_inventory_as_of(product_id: int, moment: datetime) -> str:
    """The document as it was recorded at `moment`. Raises NotFound, and Invalid for a time in the future."""
    return read_document_as_of(ProductInventory, product_id, moment)
