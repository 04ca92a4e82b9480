"""The use cases of the write side: each file has one command and its handler."""

from products_write.commands.add_new_product import AddNewProduct
from products_write.commands.add_to_inventory import AddToInventory
from products_write.commands.change_price import ChangePrice
from products_write.commands.change_product_details import ChangeProductDetails
from products_write.commands.confirm_items_shipped import ConfirmItemsShipped
from products_write.commands.definition.base import Command, CommandResult
from products_write.commands.discontinue_product import DiscontinueProduct
from products_write.commands.rate_product import RateProduct
from products_write.commands.reinstate_product import ReinstateProduct
from products_write.commands.relate_products import RelateProducts
from products_write.commands.unrelate_products import UnrelateProducts
from products_write.commands.update_stock_from_inventory_recount import UpdateStockFromInventoryRecount
from products_write.commands.withdraw_rating import WithdrawRating

COMMANDS: dict[str, type[Command]] = {
    command.slug: command
    for command in (
        AddNewProduct,
        ChangeProductDetails,
        ChangePrice,
        DiscontinueProduct,
        ReinstateProduct,
        RelateProducts,
        UnrelateProducts,
        RateProduct,
        WithdrawRating,
        AddToInventory,
        ConfirmItemsShipped,
        UpdateStockFromInventoryRecount,
    )
}
"""Every command by its slug, the name in its address."""

__all__ = ["COMMANDS", "Command", "CommandResult"]
