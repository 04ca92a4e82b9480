"""The event classes of products: the facts in the log, and the data of each. Both sides use them.

The type of an event is an explicit string, never the path of its class, so that code can move. A class whose fields
change gets a new `schema_version` and an upcaster from the version before (see events.contracts.upcasting).
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
