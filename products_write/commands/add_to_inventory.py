from msgspec import UNSET, UnsetType

from products_write.commands.definition.base import Command, CommandResult, UnitOfWork, handles
from products_write.commands.definition.field_types import ProductId, Quantity, ReceivedAt
from products_write.errors import ProductIsDiscontinued, StockLimit
from products_write.groups import WAREHOUSE


class AddToInventory(Command, frozen=True, kw_only=True):
    """Add arrived pieces to the stock. Pieces that arrived before the latest recount are in the stock already."""

    slug = "add-to-inventory"
    permission_label = "Can add to inventory"
    groups = (WAREHOUSE,)
    refuses = (ProductIsDiscontinued, StockLimit)
    example = {"product_id": 7, "quantity": 20}

    product_id: ProductId
    quantity: Quantity
    received_at: ReceivedAt | UnsetType = UNSET


@handles(AddToInventory)
def add_to_inventory(command: AddToInventory, work: UnitOfWork) -> CommandResult:
    product = work.load(command.product_id)
    product.add_to_inventory(command.quantity, received_at=command.received_at or work.accepted_at)
    return work.save(product)
