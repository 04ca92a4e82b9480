from facts.product import ProductDiscontinued, ProductReinstated
from products_write.commands.definition.base import Command, CommandResult, UnitOfWork, handles
from products_write.commands.definition.field_types import ProductId, Reason
from products_write.groups import CATALOGUE_MANAGER


class DiscontinueProduct(Command, frozen=True, kw_only=True):
    """Take a product out of the range. The pieces in stock can still be shipped and counted."""

    slug = "discontinue-product"
    permission_label = "Can discontinue products"
    groups = (CATALOGUE_MANAGER,)
    conflicts = (ProductDiscontinued, ProductReinstated)
    example = {"product_id": 9, "reason": "No longer made."}

    product_id: ProductId
    reason: Reason = ""


@handles(DiscontinueProduct)
def discontinue_product(command: DiscontinueProduct, work: UnitOfWork) -> CommandResult:
    product = work.load(command.product_id)
    product.discontinue(reason=command.reason)
    return work.save(product)
