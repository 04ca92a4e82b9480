from facts.product import ProductDiscontinued, ProductReinstated, ProductRelated, ProductUnrelated
from products_write.commands.definition.base import Command, CommandResult, UnitOfWork, handles
from products_write.commands.definition.field_types import ProductId, RelatedProductId


class UnrelateProducts(Command, frozen=True, kw_only=True):
    """Stop showing another product beside this one."""

    slug = "unrelate-products"
    permission = "products_write.unrelate_products"
    conflicts = (ProductRelated, ProductUnrelated, ProductDiscontinued, ProductReinstated)

    product_id: ProductId
    related_product_id: RelatedProductId


@handles(UnrelateProducts)
def unrelate_products(command: UnrelateProducts, work: UnitOfWork) -> CommandResult:
    product = work.load(command.product_id)
    product.unrelate(command.related_product_id)
    return work.save(product)
