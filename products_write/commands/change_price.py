from facts.product import ProductDiscontinued, ProductPriceChanged, ProductReinstated
from products_write.commands.definition.base import Command, CommandResult, UnitOfWork, handles
from products_write.commands.definition.field_types import ProductId, UnitPrice
from products_write.errors import ProductIsDiscontinued
from products_write.groups import CATALOGUE_MANAGER


class ChangePrice(Command, frozen=True, kw_only=True):
    """Change the price of a product. A discontinued product must be reinstated first."""

    slug = "change-price"
    permission_label = "Can change prices"
    groups = (CATALOGUE_MANAGER,)
    conflicts = (ProductPriceChanged, ProductDiscontinued, ProductReinstated)
    refuses = (ProductIsDiscontinued,)
    example = {"product_id": 7, "unit_price": "12.50"}

    product_id: ProductId
    unit_price: UnitPrice


@handles(ChangePrice)
def change_price(command: ChangePrice, work: UnitOfWork) -> CommandResult:
    product = work.load(command.product_id)
    product.change_price(command.unit_price)
    return work.save(product)
