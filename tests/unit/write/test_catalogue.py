"""Details, price, lifecycle and categories of a product."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from facts.product import (
    ProductAdded,
    ProductDetailsChanged,
    ProductDiscontinued,
    ProductPriceChanged,
    ProductReinstated,
)
from products_write import errors
from products_write.models import Category, Product, ProductCategory
from tests.support.deciding import added, decided, locked, state_of, stored

pytestmark = pytest.mark.django_db


def a_new_product(**fields: object) -> Product:
    row = {"product_id": None, "sku": None, "name": "Teapot", "description": "", "categories": []}
    return Product.add(**(row | {"unit_price": Decimal("12.50")} | fields))  # type: ignore[arg-type]


def test_add__records_everything_with_sorted_categories() -> None:
    product = a_new_product(sku="T-1", description="Blue.", categories=["tea", "Gifts"])
    assert decided(product) == [
        ProductAdded(
            sku="T-1",
            name="Teapot",
            description="Blue.",
            unit_price=Decimal("12.50"),
            categories=["Gifts", "tea"],
        )
    ]
    stored(product)
    assert state_of(product.id)["categories"] == ["Gifts", "tea"]
    assert state_of(product.id)["stock"] == 0


def test_add__refuses_a_taken_id() -> None:
    added(product_id=7)
    with pytest.raises(errors.ProductIdTaken):
        a_new_product(product_id=7)


def test_add__refuses_a_taken_sku() -> None:
    added(sku="T-1")
    with pytest.raises(errors.SkuTaken), transaction.atomic():
        a_new_product(sku="T-1")
    assert Product.objects.count() == 1


def test_add__many_products_have_no_sku() -> None:
    added()
    added()
    assert Product.objects.filter(sku=None).count() == 2


def test_change_details__records_only_the_fields_that_differ() -> None:
    product = locked(added(name="Teapot", description="Blue."))
    product.change_details(name="Tea pot", description="Blue.")
    assert decided(product) == [ProductDetailsChanged(name="Tea pot")]


def test_change_details__to_the_same_values_is_a_no_op() -> None:
    product = locked(added(sku="T-1", categories=["a", "b"]))
    product.change_details(sku="T-1", name="Teapot", categories=["b", "a"])
    assert decided(product) == []


def test_change_details__takes_the_sku_away() -> None:
    product = stored_details(added(sku="T-1"), sku=None)
    assert Product.objects.get(id=product.id).sku is None


def stored_details(product_id: int, **fields: object) -> Product:
    product = locked(product_id)
    product.change_details(**fields)  # type: ignore[arg-type]
    return stored(product)


def test_change_details__replaces_categories_as_a_whole() -> None:
    product_id = added(categories=["a", "b"])
    stored_details(product_id, categories=["b", "c"])
    assert state_of(product_id)["categories"] == ["b", "c"]
    assert set(Category.objects.values_list("slug", flat=True)) == {"a", "b", "c"}


def test_change_details__refuses_a_taken_sku() -> None:
    added(sku="T-1")
    product = locked(added(sku="T-2"))
    with pytest.raises(errors.SkuTaken):
        product.change_details(sku="T-1")
    assert decided(product) == []


def test_change_details__is_taken_by_a_discontinued_product() -> None:
    product = locked(added())
    product.discontinue(reason="")
    product.change_details(name="Old teapot")
    assert decided(product)[1] == ProductDetailsChanged(name="Old teapot")


def test_change_price__names_the_price_before() -> None:
    product = locked(added())
    product.change_price(Decimal("13.00"))
    event = ProductPriceChanged(unit_price=Decimal("13.00"), previous_unit_price=Decimal("12.50"))
    assert decided(product) == [event]


def test_change_price__to_the_same_is_a_no_op() -> None:
    product = locked(added())
    product.change_price(Decimal("12.50"))
    assert decided(product) == []


def test_change_price__refuses_a_discontinued_product() -> None:
    product = locked(added())
    product.discontinue(reason="")
    with pytest.raises(errors.ProductIsDiscontinued):
        product.change_price(Decimal("13.00"))


def test_discontinue__and_reinstate_again() -> None:
    product = locked(added())
    product.discontinue(reason="Old.")
    product.discontinue(reason="Again.")
    product.reinstate()
    assert decided(product) == [ProductDiscontinued(reason="Old."), ProductReinstated()]


def test_reinstate__refuses_a_product_that_is_not_discontinued() -> None:
    with pytest.raises(errors.NotDiscontinued):
        locked(added()).reinstate()


@pytest.mark.parametrize(
    "column",
    [{"unit_price": Decimal("-0.01")}, {"name": ""}, {"sku": ""}, {"version": -1}],
)
def test_product_table__refuses_by_itself(column: dict[str, object]) -> None:
    product_id = added()
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(id=product_id).update(**column)


def test_product_category_table__holds_a_pair_once() -> None:
    product_id = added(categories=["a"])
    with pytest.raises(IntegrityError), transaction.atomic():
        ProductCategory.objects.create(product_id=product_id, category=Category.objects.get(slug="a"))


def test_category__of_a_new_slug_is_made_once() -> None:
    first = Category.objects.with_slugs(["b", "a"])
    again = Category.objects.with_slugs(["a", "b"])
    assert {category.pk for category in first} == {category.pk for category in again}
    assert Category.objects.count() == 2
