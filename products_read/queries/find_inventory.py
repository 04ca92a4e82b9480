"""The list of the warehouse: the stock of products by id, page by page."""

from msgspec import UNSET, Struct

from products_read.models import InventoryWord, ProductInventory
from products_read.queries.conditions import name_matches
from products_read.queries.keyset import Condition, Cursor, Listing, Ordering, Page, read_page
from products_read.queries.parameter_types import NameFilter, PageSize, SkuFilter

BY_ID = Ordering(("id",))


class FindInventory(Struct, frozen=True, kw_only=True):
    """The filters of the warehouse's list. All are optional."""

    name: NameFilter = UNSET
    sku: SkuFilter = UNSET
    include_discontinued: bool = False
    page_size: PageSize = 20


def find_inventory(query: FindInventory, cursor: Cursor) -> Page:
    """The page of matching products that begins at `cursor`."""
    listing = Listing(
        ProductInventory, BY_ID, inventory_conditions(query), query.include_discontinued, query.page_size
    )
    return read_page(listing, cursor)


def inventory_conditions(query: FindInventory) -> list[Condition]:
    """The conditions of the filters on a row of ProductInventory."""
    found = name_matches(query.name, InventoryWord) if query.name else []
    if query.sku:
        found.append(Condition("sku = %s", (query.sku,)))
    return found
