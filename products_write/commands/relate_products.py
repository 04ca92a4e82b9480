from facts.product import ProductDiscontinued, ProductReinstated, ProductRelated, ProductUnrelated
from products_write.commands.definition.base import Command, CommandResult, UnitOfWork, handles
from products_write.commands.definition.field_types import ProductId, RelatedProductId
from products_write.errors import ProductIsDiscontinued, SelfRelation, TooManyRelations
from products_write.groups import CATALOGUE_MANAGER
from products_write.models import Product


class RelateProducts(Command, frozen=True, kw_only=True):
    """Show another product beside this one. The other product does not show this one in return."""

    slug = "relate-products"
    permission_label = "Can relate products"
    groups = (CATALOGUE_MANAGER,)
    conflicts = (ProductRelated, ProductUnrelated, ProductDiscontinued, ProductReinstated)
    refuses = (ProductIsDiscontinued, SelfRelation, TooManyRelations)
    example = {"product_id": 7, "related_product_id": 10}

    product_id: ProductId
    related_product_id: RelatedProductId


@handles(RelateProducts)
def relate_products(command: RelateProducts, work: UnitOfWork) -> CommandResult:
    product, other = _locked_in_id_order(command)
    work.refuse_conflict(product)
    product.relate(other)
    return work.save(product)


def _locked_in_id_order(command: RelateProducts) -> tuple[Product, Product]:
    """Locks both products, the lower id first, so that two commands never wait for each other (law 8)."""
    fields = {command.related_product_id: "related_product_id", command.product_id: "product_id"}
    locked = {
        product_id: Product.objects.lock(product_id, field=fields[product_id])
        for product_id in sorted(fields)
    }
    return locked[command.product_id], locked[command.related_product_id]
