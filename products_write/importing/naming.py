"""Which product a line of the file names."""

from django.core.exceptions import ObjectDoesNotExist
from msgspec import UNSET

from products_write import sql
from products_write.errors import ProductIdTaken, SkuTaken
from products_write.importing.lines import WantedState
from products_write.models import Product


def named_product(wanted: WantedState, *, allow_rename: bool) -> Product | None:
    """The product that has the line's product_id, its SKU or both; None when neither names a product yet.

    Raises ProductIdTaken when the product with this id has another SKU or none; `allow_rename` lets it pass.
    Raises SkuTaken when another product has the SKU.
    """
    by_id, by_sku = _found("id", wanted.product_id), _found("sku", wanted.sku)
    if wanted.product_id is UNSET:
        return by_sku
    if by_sku is not None and by_sku != by_id:
        raise SkuTaken(_sku_of_another(wanted, by_sku, by_id))
    if by_id is not None and wanted.sku and by_sku is None and not allow_rename:
        raise ProductIdTaken(_id_of_another(wanted, by_id))
    return by_id


def _found(field: str, value: object) -> Product | None:
    """None also where the line does not give the field."""
    if value is UNSET or value is None:
        return None
    try:
        return sql.get(Product, **{field: value})
    except ObjectDoesNotExist:
        return None


def _sku_of_another(wanted: WantedState, owner: Product, by_id: Product | None) -> str:
    standing = f"There is no product {wanted.product_id}" if by_id is None else _described(by_id)
    return (
        f"SKU {wanted.sku!r} belongs to product {owner.id}, {owner.name!r}. {standing}. "
        f"Leave product_id empty to change product {owner.id}, or write another SKU."
    )


def _id_of_another(wanted: WantedState, by_id: Product) -> str:
    return (
        f"{_described(by_id)}, and the line has SKU {wanted.sku!r}. Leave product_id empty to add a product "
        f"with SKU {wanted.sku!r}; --allow-rename gives this SKU to product {by_id.id}."
    )


def _described(product: Product) -> str:
    sku = "no SKU" if product.sku is None else f"SKU {product.sku!r}"
    return f"Product {product.id}, {product.name!r}, has {sku}"
