import msgspec
from msgspec import UNSET, UnsetType

from facts.product import ProductDetailsChanged, ProductDiscontinued, ProductReinstated
from products_write.commands.definition.base import Command, CommandResult, UnitOfWork, handles
from products_write.commands.definition.field_types import Categories, Description, Name, ProductId, Sku
from products_write.errors import SkuTaken
from products_write.groups import CATALOGUE_MANAGER


class ChangeProductDetails(Command, frozen=True, kw_only=True):
    """Change the details of a product. A field that you leave out stays. New categories replace all old ones."""

    slug = "change-product-details"
    permission_label = "Can change product details"
    groups = (CATALOGUE_MANAGER,)
    conflicts = (ProductDetailsChanged, ProductDiscontinued, ProductReinstated)
    refuses = (SkuTaken,)
    example = {"product_id": 7, "description": "Light and floral; 100 g in a tin."}
    at_least_one_of = ("sku", "name", "description", "categories")

    product_id: ProductId
    sku: Sku | UnsetType | None = UNSET
    name: Name | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    categories: Categories | UnsetType = UNSET

    def __post_init__(self) -> None:
        if all(getattr(self, name) is UNSET for name in self.at_least_one_of):
            raise ValueError(
                f"There is nothing to change. Give at least one of {', '.join(self.at_least_one_of)}."
            )
        if self.categories is not UNSET:  # in one order, as in add-new-product
            msgspec.structs.force_setattr(self, "categories", sorted(set(self.categories)))


@handles(ChangeProductDetails)
def change_product_details(command: ChangeProductDetails, work: UnitOfWork) -> CommandResult:
    product = work.load(command.product_id)
    product.change_details(
        sku=command.sku,
        name=command.name,
        description=command.description,
        categories=command.categories,
    )
    return work.save(product)
