"""The admin of products_write: task screens send commands, and tables can only be seen."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import Client

from products_write.models import CommandRecord, StockItem
from tests.support.deciding import added, events_of, nothing_changes, sent

pytestmark = pytest.mark.django_db

TABLES = [
    model._meta.model_name for model in admin.site._registry if model._meta.app_label == "products_write"
]


def operator(group: str = "Warehouse") -> Client:
    user = User.objects.create_user("olga", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    return client


def task_url(product_id: int) -> str:
    return f"/admin/products_write/product/{product_id}/add-to-inventory/"


def hidden_fields(page: Any) -> dict[str, str]:
    names = ("csrfmiddlewaretoken", "idempotency_key")
    text = page.content.decode().split('id="content-main"')[1]
    return {name: re.findall(f'name="{name}" value="([^"]+)"', text)[0] for name in names}


def stock_of(product_id: int) -> int:
    return StockItem.objects.get(product_id=product_id).quantity


def test_task__is_a_button_on_the_products_page() -> None:
    product_id = added()
    page = operator().get(f"/admin/products_write/product/{product_id}/change/")
    assert task_url(product_id) in page.content.decode()


def test_task__button_needs_the_permission() -> None:
    product_id = added()
    page = operator("Catalogue manager").get(f"/admin/products_write/product/{product_id}/change/")
    assert page.status_code == 200
    assert task_url(product_id) not in page.content.decode()


def test_task__sends_the_command_as_the_operator() -> None:
    client, product_id = operator(), added()
    form = hidden_fields(client.get(task_url(product_id))) | {"quantity": "5", "received_at": ""}
    response = client.post(task_url(product_id), form, follow=True)
    assert "The arrival is recorded: Teapot has 5 in stock now." in response.content.decode()
    assert stock_of(product_id) == 5
    assert CommandRecord.objects.get(name="add-to-inventory").actor_id == User.objects.get().pk


def test_task__sent_twice_takes_effect_once() -> None:
    client, product_id = operator(), added()
    form = hidden_fields(client.get(task_url(product_id))) | {"quantity": "5"}
    for _ in range(2):
        assert client.post(task_url(product_id), form).status_code == 302
    assert stock_of(product_id) == 5
    assert len(events_of(product_id)) == 2


@pytest.mark.parametrize("quantity", ["", "x", "0", "1.5", "10000000000"])
def test_task__shows_a_fault_at_its_field(quantity: str) -> None:
    client, product_id = operator(), added()
    form = hidden_fields(client.get(task_url(product_id))) | {"quantity": quantity}
    with nothing_changes():
        response = client.post(task_url(product_id), form)
    assert response.status_code == 400
    assert re.search(r'id="id_quantity_error"|errorlist', response.content.decode())


def test_task__a_form_that_names_a_product_is_refused() -> None:
    client, product_id, other = operator(), added(), added()
    form = hidden_fields(client.get(task_url(product_id))) | {"quantity": "5", "product_id": str(other)}
    with nothing_changes():
        response = client.post(task_url(product_id), form)
    assert response.status_code == 400
    assert '<p class="errornote">product_id: ' in response.content.decode()


def test_task__shows_a_refusal_in_place() -> None:
    client, product_id = operator(), added()
    sent("discontinue-product", product_id=product_id)
    form = hidden_fields(client.get(task_url(product_id))) | {"quantity": "5"}
    with nothing_changes():
        response = client.post(task_url(product_id), form)
    assert response.status_code == 409
    assert f"Product {product_id} is discontinued. Reinstate it first." in response.content.decode()
    assert 'value="5"' in response.content.decode()


def test_task__without_csrf_token_does_nothing() -> None:
    client, product_id = operator(), added()
    with nothing_changes():
        assert client.post(task_url(product_id), {"quantity": "5"}).status_code == 403


def test_task__without_permission_does_nothing() -> None:
    client, product_id = operator("Catalogue manager"), added()
    token = hidden_fields_of_login(client)
    with nothing_changes():
        assert client.get(task_url(product_id)).status_code == 403
        assert client.post(task_url(product_id), {"quantity": "5"} | token).status_code == 403


def hidden_fields_of_login(client: Client) -> dict[str, str]:
    page = client.get("/admin/products_write/product/").content.decode()
    return {"csrfmiddlewaretoken": re.findall('name="csrfmiddlewaretoken" value="([^"]+)"', page)[0]}


def test_task__by_get_with_parameters_does_nothing() -> None:
    client, product_id = operator(), added()
    with nothing_changes():
        assert client.get(f"{task_url(product_id)}?quantity=5").status_code == 200


def test_task__without_an_account_leads_to_the_sign_in() -> None:
    assert Client().get(task_url(added())).status_code == 302


def test_task__of_a_product_that_does_not_exist_is_404() -> None:
    assert operator().get(task_url(2**40)).status_code == 404


@pytest.mark.parametrize("table", TABLES)
def test_tables__can_only_be_seen(superuser: User, table: str) -> None:
    product_id = added(categories=["tea"])
    sent("add-to-inventory", product_id=product_id, quantity=1)
    sent("rate-product", product_id=product_id, rating=3, user_id=superuser.pk)
    sent("relate-products", product_id=product_id, related_product_id=added())
    client = Client()
    client.force_login(superuser)
    base = f"/admin/products_write/{table}/"
    listing = client.get(base).content.decode()
    (row, *_) = re.findall(f'href="({base}[^"/]+)/change/', listing)
    assert client.get(f"{row}/change/").status_code == 200
    with nothing_changes():
        assert client.get(f"{base}add/").status_code == 403
        assert client.post(f"{row}/change/", {}).status_code == 403
        assert client.post(f"{row}/delete/", {"post": "yes"}).status_code == 403
        assert 'name="action"' not in listing


def test_command_log__needs_view_command() -> None:
    sent("add-new-product", name="x", unit_price=1)
    assert operator("Warehouse").get("/admin/products_write/commandrecord/").status_code == 403
    User.objects.all().delete()
    assert operator("Customer service").get("/admin/products_write/commandrecord/").status_code == 200
