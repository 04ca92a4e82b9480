"""The list of the warehouse: the stock of products by id, page by page."""

from msgspec import UNSET

from products_read.documents.shapes import ProductInventoryDocument
from products_read.models import InventoryWord, ProductInventory
from products_read.queries.conditions import name_matches
from products_read.queries.definition import PageQuery, answers
from products_read.queries.keyset import Condition, Cursor, Listing, Ordering, Page, read_page
from products_read.queries.parameter_types import NameFilter, PageSize, SkuFilter

BY_ID = Ordering(("id",))


class InventoryFilters(PageQuery, frozen=True, kw_only=True):
    """The filters that the lists of the warehouse share. All are optional."""

    read_model = ProductInventory
    document = ProductInventoryDocument

    name: NameFilter = UNSET
    sku: SkuFilter = UNSET
    include_discontinued: bool = False
    page_size: PageSize = 20


class FindInventory(InventoryFilters, frozen=True, kw_only=True):
    """The stock of products, ordered by id."""

    address = "inventory/"
    url_name = "inventory"
    example = "name=tea"


@answers(FindInventory)
def find_inventory(query: FindInventory, cursor: Cursor) -> Page:
    """The page of matching products that begins at `cursor`."""
    listing = Listing(
        ProductInventory, BY_ID, inventory_conditions(query), query.include_discontinued, query.page_size
    )
    return read_page(listing, cursor)


def inventory_conditions(query: InventoryFilters) -> list[Condition]:
    """The conditions of the filters on a row of ProductInventory."""
    found = name_matches(query.name, InventoryWord) if query.name else []
    if query.sku:
        found.append(Condition("sku = %s", (query.sku,)))
    return found
