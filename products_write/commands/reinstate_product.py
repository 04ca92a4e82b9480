from facts.product import ProductDiscontinued, ProductReinstated
from products_write.commands.definition.base import Command, CommandResult, UnitOfWork, handles
from products_write.commands.definition.field_types import ProductId
from products_write.errors import NotDiscontinued
from products_write.groups import CATALOGUE_MANAGER


class ReinstateProduct(Command, frozen=True, kw_only=True):
    """Bring a discontinued product back into the range."""

    slug = "reinstate-product"
    permission_label = "Can reinstate products"
    groups = (CATALOGUE_MANAGER,)
    conflicts = (ProductDiscontinued, ProductReinstated)
    refuses = (NotDiscontinued,)
    example = {"product_id": 9}

    product_id: ProductId


@handles(ReinstateProduct)
def reinstate_product(command: ReinstateProduct, work: UnitOfWork) -> CommandResult:
    product = work.load(command.product_id)
    product.reinstate()
    return work.save(product)
