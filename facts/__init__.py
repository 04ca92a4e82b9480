"""The facts about products that stand in the log: what an event of each type carries. Both sides know them.

Names are stable: an event's type is an explicit string and never a class path. A changed shape is a new
`schema_version` with an upcaster from the version before (see events.contracts.upcasting).
"""

from facts.inventory import InventoryAdded, InventoryItemsShipped, InventoryRecounted
from facts.product import (
    ProductAdded,
    ProductDetailsChanged,
    ProductDiscontinued,
    ProductPriceChanged,
    ProductRated,
    ProductRatingWithdrawn,
    ProductReinstated,
    ProductRelated,
    ProductUnrelated,
)

__all__ = [
    "InventoryAdded",
    "InventoryItemsShipped",
    "InventoryRecounted",
    "ProductAdded",
    "ProductDetailsChanged",
    "ProductDiscontinued",
    "ProductPriceChanged",
    "ProductRated",
    "ProductRatingWithdrawn",
    "ProductReinstated",
    "ProductRelated",
    "ProductUnrelated",
]
