"""The published facts: what an event of each type carries. Pure Python; both sides may depend on it.

Names are stable: a type is an explicit string and never a class path. A changed shape is a new `schema_version`
with an upcaster from the one before (see `upcasters`).
"""

from events.contracts.base import DomainEvent
from events.contracts.codec import UnreadableEvent, decode, encode
from events.contracts.inventory import InventoryAdded, InventoryItemsShipped, InventoryRecounted
from events.contracts.product import (
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
    "DomainEvent",
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
    "UnreadableEvent",
    "decode",
    "encode",
]
