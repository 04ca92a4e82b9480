import msgspec
from msgspec import UNSET, UnsetType

from products_write.commands.definition.base import Command, CommandResult, UnitOfWork, handles
from products_write.commands.definition.field_types import (
    Categories,
    Description,
    Name,
    NewProductId,
    Sku,
    UnitPrice,
)
from products_write.errors import ProductIdTaken, SkuTaken
from products_write.groups import CATALOGUE_MANAGER
from products_write.models import Product


class AddNewProduct(Command, frozen=True, kw_only=True):
    """Add a product to the catalogue. It starts without stock and without ratings."""

    slug = "add-new-product"
    permission_label = "Can add new products"
    groups = (CATALOGUE_MANAGER,)
    refuses = (ProductIdTaken, SkuTaken)
    example = {
        "name": "Reading lamp",
        "description": "Oak, with a dimmer.",
        "unit_price": "49.90",
        "categories": ["lighting", "oak"],
    }
    creates = True

    product_id: NewProductId | UnsetType = UNSET
    sku: Sku | None = None
    name: Name
    description: Description = ""
    unit_price: UnitPrice
    categories: Categories = msgspec.field(default_factory=list)

    def __post_init__(self) -> None:
        # Order and repetition mean nothing here: both spellings must have one fingerprint (bus.idempotency).
        msgspec.structs.force_setattr(self, "categories", sorted(set(self.categories)))


@handles(AddNewProduct)
def add_new_product(command: AddNewProduct, work: UnitOfWork) -> CommandResult:
    product = Product.add(
        product_id=None if command.product_id is UNSET else command.product_id,
        sku=command.sku,
        name=command.name,
        description=command.description,
        unit_price=command.unit_price,
        categories=command.categories,
    )
    return work.save(product)
