from facts.product import ProductDiscontinued, ProductReinstated, ProductRelated, ProductUnrelated
from products_write.commands.definition.base import Command, CommandResult, UnitOfWork, handles
from products_write.commands.definition.field_types import ProductId, RelatedProductId
from products_write.errors import RelationNotFound
from products_write.groups import CATALOGUE_MANAGER


class UnrelateProducts(Command, frozen=True, kw_only=True):
    """Stop showing another product beside this one."""

    slug = "unrelate-products"
    permission_label = "Can unrelate products"
    groups = (CATALOGUE_MANAGER,)
    conflicts = (ProductRelated, ProductUnrelated, ProductDiscontinued, ProductReinstated)
    refuses = (RelationNotFound,)
    example = {"product_id": 7, "related_product_id": 10}

    product_id: ProductId
    related_product_id: RelatedProductId


@handles(UnrelateProducts)
def unrelate_products(command: UnrelateProducts, work: UnitOfWork) -> CommandResult:
    product = work.load(command.product_id)
    product.unrelate(command.related_product_id)
    return work.save(product)
