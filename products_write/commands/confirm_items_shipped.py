from msgspec import UNSET, UnsetType

from products_write.commands.definition.base import Command, CommandResult, UnitOfWork, handles
from products_write.commands.definition.field_types import ProductId, Quantity, ShippedAt
from products_write.errors import InsufficientStock
from products_write.groups import WAREHOUSE


class ConfirmItemsShipped(Command, frozen=True, kw_only=True):
    """Take shipped pieces out of the stock. Pieces that left before the latest recount are out of it already."""

    slug = "confirm-items-shipped"
    permission_label = "Can confirm shipments"
    groups = (WAREHOUSE,)
    refuses = (InsufficientStock,)
    example = {"product_id": 7, "quantity": 2}

    product_id: ProductId
    quantity: Quantity
    shipped_at: ShippedAt | UnsetType = UNSET


@handles(ConfirmItemsShipped)
def confirm_items_shipped(command: ConfirmItemsShipped, work: UnitOfWork) -> CommandResult:
    product = work.load(command.product_id)
    product.confirm_items_shipped(command.quantity, shipped_at=command.shipped_at or work.accepted_at)
    return work.save(product)
