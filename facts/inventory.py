"""Facts about a product's stock, in units."""

from datetime import datetime

from events.contracts.base import DomainEvent
from events.contracts.registry import published


@published
class InventoryAdded(DomainEvent, frozen=True, kw_only=True):
    """Units arrived. `quantity_after` is the stock decided; a count that already saw them leaves it unchanged."""

    type = "inventory.added"
    quantity: int
    quantity_after: int


@published
class InventoryItemsShipped(DomainEvent, frozen=True, kw_only=True):
    """Units left. `quantity_after` is the stock decided; a count that already missed them leaves it unchanged."""

    type = "inventory.items_shipped"
    quantity: int
    quantity_after: int


@published
class InventoryRecounted(DomainEvent, frozen=True, kw_only=True):
    """The shelf was counted at `counted_at`; `moved_since` is the net movement effective after that moment."""

    type = "inventory.recounted"
    updated_quantity: int
    counted_at: datetime
    moved_since: int
    quantity_before: int
    quantity_after: int
