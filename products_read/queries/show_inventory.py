"""One product in the inventory."""

from products_read.documents.shapes import ProductInventoryDocument
from products_read.models import ProductInventory
from products_read.queries.definition import DocumentQuery


class ShowInventory(DocumentQuery, frozen=True, kw_only=True):
    """The stock of one product, discontinued or not.

    It is the current stock. With `as_of` it is the stock recorded at a past time.
    """

    address = "inventory/<product_id:product_id>/"
    url_name = "product-inventory"
    read_model = ProductInventory
    document = ProductInventoryDocument
