from msgspec import UNSET, UnsetType

from events.contracts import DomainEvent
from facts.inventory import InventoryAdded, InventoryItemsShipped, InventoryRecounted
from kernel.actor import Actor
from products_write.commands.definition.base import Command, CommandResult, UnitOfWork, handles
from products_write.commands.definition.field_types import CountedAt, CountedQuantity, ProductId
from products_write.errors import RecountContradicted, RecountOutdated, StockLimit
from products_write.groups import WAREHOUSE


class UpdateStockFromInventoryRecount(Command, frozen=True, kw_only=True):
    """Set the stock to a count of the shelf. Pieces that moved after the count are added or taken off."""

    slug = "update-stock-from-inventory-recount"
    permission_label = "Can update stock from a recount"
    groups = (WAREHOUSE,)
    conflicts = (InventoryRecounted,)
    refuses = (RecountContradicted, RecountOutdated, StockLimit)
    example = {"product_id": 7, "updated_quantity": 60}

    product_id: ProductId
    updated_quantity: CountedQuantity
    counted_at: CountedAt | UnsetType = UNSET

    def conflicts_with(self, event: DomainEvent, actor: Actor) -> bool:
        """Every movement conflicts with a count without a time: the count may or may not include the pieces."""
        moved = isinstance(event, InventoryAdded | InventoryItemsShipped)
        return (moved and self.counted_at is UNSET) or super().conflicts_with(event, actor)


@handles(UpdateStockFromInventoryRecount)
def update_stock_from_inventory_recount(
    command: UpdateStockFromInventoryRecount, work: UnitOfWork
) -> CommandResult:
    product = work.load(command.product_id)
    product.update_stock_from_inventory_recount(
        command.updated_quantity, counted_at=command.counted_at or work.accepted_at
    )
    return work.save(product)
