"""The read models in the admin can be seen and never changed."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client, RequestFactory

from products_read.models import ProductDisplay, ProductInventory
from tests.integration.read.given import DISCONTINUED, product, rated

pytestmark = pytest.mark.django_db

LISTS = ["/admin/products_read/productdisplay/", "/admin/products_read/productinventory/"]


@pytest.fixture
def staff(client: Client, superuser: User) -> Client:
    """A browser that is signed in as a superuser."""
    client.force_login(superuser)
    return client


@pytest.mark.parametrize("path", LISTS)
def test_pages__show_rows(staff: Client, path: str) -> None:
    product(7, *rated(4, 5), name="Oak <Chair>", sku="CH-1", price="12.50")
    product(8, DISCONTINUED)
    assert b"Oak &lt;Chair&gt;" in staff.get(path).content
    page = staff.get(f"{path}7/change/").content.decode()
    assert "Oak &lt;Chair&gt;" in page
    assert "&quot;sku&quot;: &quot;CH-1&quot;" in page
    assert 'name="_save"' not in page
    filtered = staff.get(f"{path}?discontinued__exact=1").context["cl"].queryset
    assert [row.id for row in filtered] == [8]


def test_list__shows_price_and_mean(staff: Client) -> None:
    product(7, *rated(4, 5), price="12.50")
    product(8)
    page = staff.get(LISTS[0]).content.decode()
    assert '<td class="field-unit_price">12.50</td>' in page
    assert '<td class="field-user_rating">4.5</td>' in page
    assert '<td class="field-user_rating">not rated</td>' in page


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("oak", {7, 8}),
        ("cha OAK", {7}),
        ("CH-1", {7}),
        ("8", {8}),
        ("%", set()),
        ("", {7, 8}),
        ("9" * 30, set()),
    ],
)
def test_search__by_id_sku_or_words(staff: Client, path: str, search: str, found: set[int]) -> None:
    product(7, name="Oak Chair", sku="CH-1")
    product(8, name="Oak Table")
    rows = staff.get(path, {"q": search}).context["cl"].queryset
    assert {row.id for row in rows} == found


@pytest.mark.parametrize("path", LISTS)
def test_changes__are_refused_to_everybody(staff: Client, path: str) -> None:
    product(7)
    before = ProductDisplay.objects.values().get(), ProductInventory.objects.values().get()
    assert staff.get(f"{path}add/").status_code == 403
    assert staff.post(f"{path}add/", {"id": 9}).status_code == 403
    assert staff.post(f"{path}7/change/", {"name": "x"}).status_code == 403
    assert staff.post(f"{path}7/delete/", {"post": "yes"}).status_code == 403
    staff.post(path, {"action": "delete_selected", "_selected_action": ["7"], "post": "yes"})
    assert (ProductDisplay.objects.values().get(), ProductInventory.objects.values().get()) == before


@pytest.mark.parametrize("model", [ProductDisplay, ProductInventory])
def test_admin__offers_no_action(superuser: User, model: type[ProductDisplay]) -> None:
    request = RequestFactory().get("/")
    request.user = superuser
    assert admin.site.get_model_admin(model).get_actions(request) == {}
    assert "delete_selected" in admin.site.get_model_admin(User).get_actions(request)
