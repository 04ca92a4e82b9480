"""One product as the catalogue shows it, discontinued or not."""

from msgspec import Struct

from products_read.documents_by_id import Document, read_document
from products_read.models import ProductDisplay


class ShowProduct(Struct, frozen=True, kw_only=True):
    """Takes no parameters but the product's id."""


def show_product(product_id: int) -> Document:
    """The product's document. Raises NotFound."""
    return read_document(ProductDisplay, product_id)
