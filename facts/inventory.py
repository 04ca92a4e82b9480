"""Facts about a product's stock, in units."""

from datetime import datetime

from events.contracts.base import DomainEvent
from events.contracts.registry import published


@published
class InventoryAdded(DomainEvent, frozen=True, kw_only=True):
    """Units arrived. `quantity_after` is the resulting stock.

    Units that arrived before the latest recount are already in the stock, so it stays as it was.
    """

    type = "inventory.added"
    quantity: int
    quantity_after: int


@published
class InventoryItemsShipped(DomainEvent, frozen=True, kw_only=True):
    """Units left the warehouse. `quantity_after` is the resulting stock.

    Units that left before the latest recount are no longer in the stock, so it stays as it was.
    """

    type = "inventory.items_shipped"
    quantity: int
    quantity_after: int


@published
class InventoryRecounted(DomainEvent, frozen=True, kw_only=True):
    """The shelf was counted at `counted_at`, with `updated_quantity` units.

    `moved_since` is the sum of the movements after that time. `quantity_before` and `quantity_after` are the stock
    before and after this event.
    """

    type = "inventory.recounted"
    updated_quantity: int
    counted_at: datetime
    moved_since: int
    quantity_before: int
    quantity_after: int
