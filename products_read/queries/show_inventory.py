"""One product as the warehouse sees it, discontinued or not."""

from msgspec import Struct

from products_read.documents_by_id import Document, read_document
from products_read.models import ProductInventory


class ShowInventory(Struct, frozen=True, kw_only=True):
    """Takes no parameters but the product's id."""


def show_inventory(product_id: int) -> Document:
    """The product's inventory document. Raises NotFound."""
    return read_document(ProductInventory, product_id)
