"""One product as the warehouse sees it, discontinued or not."""

from datetime import datetime

from msgspec import UNSET, Struct

from products_read.documents.current import Document, read_document
from products_read.documents.past import read_document_as_of
from products_read.models import ProductInventory
from products_read.queries.parameter_types import Moment


class ShowInventory(Struct, frozen=True, kw_only=True):
    """`as_of` is a time that has passed; left out, it is now."""

    as_of: Moment = UNSET


def show_inventory(product_id: int) -> Document:
    """The product's inventory document. Raises NotFound."""
    return read_document(ProductInventory, product_id)


def show_inventory_as_of(product_id: int, moment: datetime) -> str:
    """The document as it was recorded then. Raises NotFound, and Invalid for a time that has not come."""
    return read_document_as_of(ProductInventory, product_id, moment)
