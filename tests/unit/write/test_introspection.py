"""The fields of commands: their limits, and all faults of an input at once."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.utils import timezone

from kernel.errors import Invalid
from products_write.api.documents import CommandFieldDocument
from products_write.api.serializers import serializer_of
from products_write.commands import COMMANDS
from products_write.commands.add_new_product import AddNewProduct
from products_write.commands.definition.introspection import fields_of
from tests.support.deciding import refused, sent

pytestmark = pytest.mark.django_db

NEW = {"name": "Teapot", "unit_price": "12.50"}


def faults(name: str, /, **payload: Any) -> list[tuple[str, str]]:
    refusal = refused(name, **payload)
    assert isinstance(refusal, Invalid)
    return [(fault.field, fault.code) for fault in refusal.faults]


@pytest.mark.parametrize(
    "field",
    [
        {"name": ""},
        {"name": " \t"},
        {"name": "\u200b\u00a0"},
        {"name": "x" * 201},
        {"name": "a\x00b"},
        {"name": "\ud800"},
        {"name": None},
        {"sku": ""},
        {"sku": " T-1"},
        {"sku": "T-1\n"},
        {"sku": "x" * 65},
        {"description": "x" * 10_001},
        {"unit_price": "-0.01"},
        {"unit_price": "100000000"},
        {"unit_price": "1.005"},
        {"unit_price": "NaN"},
        {"unit_price": "1_0"},
        {"unit_price": "\u0661"},
        {"unit_price": True},
        {"unit_price": None},
        {"product_id": 0},
        {"product_id": 2**53},
        {"product_id": True},
        {"product_id": "5"},
        {"product_id": 5.0},
        {"categories": ["a b"]},
        {"categories": ["a\n"]},
        {"categories": ["é"]},
        {"categories": [""]},
        {"categories": ["x" * 51]},
        {"categories": [f"c{n}" for n in range(21)]},
        {"categories": "a"},
        {"version": 3},
    ],
    ids=lambda field: repr(field)[:60],
)
def test_add_new_product__refuses(field: dict[str, Any]) -> None:
    (name,) = field
    assert [fault[0] for fault in faults("add-new-product", **(NEW | field))] == [name]


@pytest.mark.parametrize(
    "field",
    [
        {"name": "茶"},
        {"name": "%_<script>"},
        {"sku": None},
        {"sku": "a b"},
        {"unit_price": 0},
        {"unit_price": "99999999.99"},
        {"product_id": 2**53 - 1},
        {"categories": ["B-1", "a_2", "B-1"]},
        {"description": "x" * 10_000},
    ],
    ids=lambda field: repr(field)[:60],
)
def test_add_new_product__takes(field: dict[str, Any]) -> None:
    assert sent("add-new-product", **(NEW | field)).version == 1


def test_faults__of_schema_and_beyond_come_together() -> None:
    later = (timezone.now() + timedelta(minutes=1)).isoformat()
    found = faults("confirm-items-shipped", product_id=True, quantity=0, shipped_at=later, more=1)
    assert sorted(field for field, _ in found) == ["more", "product_id", "quantity", "shipped_at"]


@pytest.mark.parametrize(
    "moment", ["2026-03-01T10:00:00", "2026-03-01", "yesterday", 5, "9999-12-31T23:59:59Z"]
)
def test_times__need_an_offset_and_are_not_in_the_future(moment: object) -> None:
    assert faults("add-to-inventory", product_id=1, quantity=1, received_at=moment) == [
        ("received_at", "invalid")
    ]


def test_change_product_details__needs_something_to_change() -> None:
    assert faults("change-product-details", product_id=1) == [("", "invalid")]


def test_rate_product__the_system_says_whose_rating_it_is() -> None:
    assert faults("rate-product", product_id=1, rating=3) == [("user_id", "required")]


def test_fields__carry_the_limits_of_the_definition() -> None:
    found = {field.name: field for field in fields_of(AddNewProduct)}
    assert (found["sku"].min_length, found["sku"].max_length, found["sku"].pattern) == (1, 64, None)
    assert (found["sku"].nullable, found["sku"].required) == (True, False)
    assert (found["product_id"].minimum, found["product_id"].maximum) == (1, 2**53 - 1)
    assert found["categories"].type == "strings"


def test_field_document__leaves_out_the_limits_that_a_field_does_not_have() -> None:
    (sku,) = (field for field in fields_of(AddNewProduct) if field.name == "sku")
    document = msgspec.to_builtins(CommandFieldDocument.of(sku))
    assert document | {"description": ""} == {
        "name": "sku",
        "type": "string",
        "required": False,
        "nullable": True,
        "description": "",
        "min_length": 1,
        "max_length": 64,
    }


def test_serializers__have_the_fields_of_the_commands() -> None:
    for command_type in COMMANDS.values():
        names = [field.name for field in fields_of(command_type)]
        assert list(serializer_of(command_type)().fields) == names
