from facts.product import ProductDiscontinued, ProductReinstated
from products_write.commands.definition.base import Command, CommandResult, UnitOfWork, handles
from products_write.commands.definition.field_types import ProductId, Reason


class DiscontinueProduct(Command, frozen=True, kw_only=True):
    """Take a product out of the range. The pieces in stock can still be shipped and counted."""

    slug = "discontinue-product"
    permission = "products_write.discontinue_product"
    conflicts = (ProductDiscontinued, ProductReinstated)

    product_id: ProductId
    reason: Reason = ""


@handles(DiscontinueProduct)
def discontinue_product(command: DiscontinueProduct, work: UnitOfWork) -> CommandResult:
    product = work.load(command.product_id)
    product.discontinue(reason=command.reason)
    return work.save(product)
