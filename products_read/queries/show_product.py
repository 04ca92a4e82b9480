"""One product in the catalogue."""

from products_read.documents.shapes import ProductDisplayDocument
from products_read.models import ProductDisplay
from products_read.queries.definition import Access, DocumentQuery


class ShowProduct(DocumentQuery, frozen=True, kw_only=True):
    """One product, discontinued or not.

    It is the current state. With `as_of` it is the state recorded at a past time, for signed-in users only.
    """

    address = "products/<product_id:product_id>/"
    url_name = "product"
    access = Access.PUBLIC
    read_model = ProductDisplay
    document = ProductDisplayDocument
    has_fast_path = True
