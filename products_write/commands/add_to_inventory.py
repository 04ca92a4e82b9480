from msgspec import UNSET, UnsetType

from products_write.commands.definition.base import Command, CommandResult, UnitOfWork, handles
from products_write.commands.definition.field_types import ProductId, Quantity, ReceivedAt


class AddToInventory(Command, frozen=True, kw_only=True):
    """Add arrived pieces to the stock. Pieces that arrived before the latest recount are in the stock already."""

    slug = "add-to-inventory"
    permission = "products_write.add_to_inventory"

    product_id: ProductId
    quantity: Quantity
    received_at: ReceivedAt | UnsetType = UNSET


@handles(AddToInventory)
def add_to_inventory(command: AddToInventory, work: UnitOfWork) -> CommandResult:
    product = work.load(command.product_id)
    product.add_to_inventory(command.quantity, received_at=command.received_at or work.accepted_at)
    return work.save(product)
