"""The list of products without stock, page by page."""

from products_read.models import ProductInventory
from products_read.queries.definition import answers
from products_read.queries.find_inventory import BY_ID, InventoryFilters, inventory_conditions
from products_read.queries.keyset import Condition, Cursor, Listing, Page, read_page


class FindOutOfStockProducts(InventoryFilters, frozen=True, kw_only=True):
    """Products without stock, ordered by id."""

    address = "inventory/out-of-stock/"
    url_name = "out-of-stock-products"
    example = "include_discontinued=true"


@answers(FindOutOfStockProducts)
def find_out_of_stock_products(query: FindOutOfStockProducts, cursor: Cursor) -> Page:
    """The page of matching products without stock that begins at `cursor`."""
    conditions = [Condition("current_stock = 0"), *inventory_conditions(query)]
    listing = Listing(ProductInventory, BY_ID, conditions, query.include_discontinued, query.page_size)
    return read_page(listing, cursor)
