"""Finds the product that a line of the file names."""

from django.core.exceptions import ObjectDoesNotExist
from msgspec import UNSET

from kernel.database import tables
from kernel.errors import FieldFault, Invalid
from products_write.errors import ProductIdTaken, SkuTaken
from products_write.importing.lines import WantedState
from products_write.models import Product


class Naming:
    """The products that the lines of one file name.

    With `allow_rename` product_id alone names the product, and the product gets the line's SKU.
    A file has one line for each product. A second line would depend on the first one, which a dry run does not carry
    out.
    """

    def __init__(self, *, allow_rename: bool) -> None:
        self._allow_rename = allow_rename
        self._numbers: dict[object, int] = {}  # by product_id (an int) and by SKU (a str)

    def product_of(self, number: int, wanted: WantedState) -> Product | None:
        """The product that line `number` names by product_id, by SKU or by both; None when there is none yet.

        Raises ProductIdTaken when the product with this id has another SKU or none, and renaming is not allowed.
        Raises SkuTaken when another product has the SKU, and Invalid when an earlier line names the product.
        """
        self._refuse_second_line(wanted)
        product = _named(wanted, allow_rename=self._allow_rename)
        names = {wanted.product_id, wanted.sku} | ({product.id, product.sku} if product else set())
        self._numbers |= dict.fromkeys(names - {UNSET, None}, number)
        return product

    def _refuse_second_line(self, wanted: WantedState) -> None:
        for field, name in (("product_id", wanted.product_id), ("sku", wanted.sku)):
            if name in self._numbers:
                detail = (
                    f"Line {self._numbers[name]} is about the product with {field} {name!r} already. "
                    "Keep one of the two lines, or import this one afterwards."
                )
                raise Invalid([FieldFault(field, "duplicate", detail)])


def _named(wanted: WantedState, *, allow_rename: bool) -> Product | None:
    by_id, by_sku = _found("id", wanted.product_id), _found("sku", wanted.sku)
    if wanted.product_id is UNSET:
        return by_sku
    if by_sku is not None and by_sku != by_id:
        raise SkuTaken(_sku_of_another(wanted, by_sku, by_id))
    if by_id is not None and wanted.sku and by_sku is None and not allow_rename:
        raise ProductIdTaken(_id_of_another(wanted, by_id))
    return by_id


def _found(field: str, value: object) -> Product | None:
    """The product with this value; None if there is none, or if the line leaves the field out."""
    if value is UNSET or value is None:
        return None
    try:
        return tables.get(Product, **{field: value})
    except ObjectDoesNotExist:
        return None


def _sku_of_another(wanted: WantedState, owner: Product, by_id: Product | None) -> str:
    holder = f"There is no product {wanted.product_id}" if by_id is None else _described(by_id)
    return (
        f"SKU {wanted.sku!r} belongs to product {owner.id}, {owner.name!r}. {holder}. "
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
