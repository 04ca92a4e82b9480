"""manage.py check names what the class of a command lacks. Each test plants one fault in a good command."""

from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from products_write import checks
from products_write.admin.task_forms import WIDGETS
from products_write.api.serializers import SERIALIZER_FIELDS
from products_write.commands import COMMAND_MODULES
from products_write.commands.change_price import ChangePrice
from products_write.commands.definition.base import COMMAND_HANDLERS

GOOD = '''
from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from events.contracts import DomainEvent
from facts.product import ProductDiscontinued
from kernel.errors import ServiceError
from products_write.commands.definition.base import Command, CommandResult, UnitOfWork, handles
from products_write.commands.definition.field_types import ProductId
from products_write.errors import ProductIsDiscontinued
from products_write.groups import WAREHOUSE


class ShelfCollapsed(DomainEvent, frozen=True, kw_only=True):
    type = "inventory.shelf_collapsed"


class ShelfIsFull(ServiceError):
    code = "shelf_full"


class MoveToShelf(Command, frozen=True, kw_only=True):
    """Put a product on a shelf."""

    slug = "move-to-shelf"
    permission_label = "Can move products"
    groups = (WAREHOUSE,)
    conflicts = (ProductDiscontinued,)
    refuses = (ProductIsDiscontinued,)
    example = {"product_id": 7, "shelf": "A-1"}

    product_id: ProductId
    shelf: Annotated[str, Meta(max_length=20, description="The shelf.")]


@handles(MoveToShelf)
def move_to_shelf(command: MoveToShelf, work: UnitOfWork) -> CommandResult:
    return work.save(work.load(command.product_id))
'''

Planted = Callable[..., ModuleType]


@pytest.fixture
def planted() -> Iterator[Planted]:
    """Makes the module of GOOD, with one text replaced by another."""
    handlers = dict(COMMAND_HANDLERS)

    def module_of(old: str = "", new: str = "") -> ModuleType:
        assert old in GOOD
        module = ModuleType("products_write.commands.move_to_shelf")
        exec(GOOD.replace(old, new) if old else GOOD, module.__dict__)
        return module

    yield module_of
    COMMAND_HANDLERS.clear()
    COMMAND_HANDLERS.update(handlers)


def found(*modules: ModuleType) -> list[tuple[str | None, str]]:
    return [(fault.id, fault.msg) for fault in checks.command_faults(modules)]


def test_check__finds_nothing_in_the_commands_of_this_release() -> None:
    assert checks.command_faults(COMMAND_MODULES) == []


def test_check__finds_nothing_in_a_good_command(planted: Planted) -> None:
    assert found(planted()) == []


def test_check__is_part_of_manage_py_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ChangePrice, "example", {})
    with pytest.raises(SystemCheckError) as caught:
        call_command("check")
    assert (
        "(products_write.E011) The command has no example. Set `example` to a body that the demo catalogue accepts.\n"
        "\tHINT: Mend ChangePrice in products_write.commands.change_price."
    ) in str(caught.value)


FAULTS = {
    "no command": (
        "MoveToShelf(Command, frozen=True, kw_only=True)",
        "MoveToShelf",
        "E001",
        "products_write.commands.move_to_shelf defines no command.",
    ),
    "two commands": (
        "@handles(MoveToShelf)",
        "class Second(MoveToShelf):\n    'Second.'\n    slug = 'second'\n\n@handles(Second)\n@handles(MoveToShelf)",
        "E001",
        "products_write.commands.move_to_shelf defines MoveToShelf, Second.",
    ),
    "no handler": (
        "@handles(MoveToShelf)",
        "",
        "E003",
        "The command has no handler. Decorate a function with @handles(MoveToShelf).",
    ),
    "no slug": (
        'slug = "move-to-shelf"',
        "",
        "E004",
        "'' is not a slug. Set `slug` to the name of the command in at most 50 small letters, digits and hyphens, "
        "such as 'change-price'.",
    ),
    "a slug with spaces": (
        '"move-to-shelf"',
        '"move to shelf"',
        "E004",
        "'move to shelf' is not a slug. Set `slug` to the name of the command in at most 50 small letters, digits and "
        "hyphens, such as 'change-price'.",
    ),
    "no label": (
        'permission_label = "Can move products"',
        "",
        "E005",
        "The permission has no label. Set `permission_label`, such as 'Can change prices'. If any signed-in user may "
        "send the command, set `needs_permission` to False.",
    ),
    "an unknown group": (
        "groups = (WAREHOUSE,)",
        "groups = ('Warehous',)",
        "E006",
        "There is no group 'Warehous'. The groups are in products_write.groups.",
    ),
    "an event that is not published": (
        "conflicts = (ProductDiscontinued,)",
        "conflicts = (ShelfCollapsed,)",
        "E007",
        "ShelfCollapsed in `conflicts` is no published event. Decorate the event with @published.",
    ),
    "a refusal without status": (
        "refuses = (ProductIsDiscontinued,)",
        "refuses = (ShelfIsFull,)",
        "E008",
        "ShelfIsFull in `refuses` has the code 'shelf_full', which has no HTTP status. Add it to STATUS_AND_TITLE in "
        "kernel.problem_documents.",
    ),
    "no docstring": (
        '"""Put a product on a shelf."""',
        "",
        "E009",
        "The command has no docstring. Clients read it as the description of the command.",
    ),
    "a field without description": (
        ', description="The shelf."',
        "",
        "E010",
        "The type of the field shelf has no description. Clients read it.",
    ),
    "a field of an unknown type": (
        'Annotated[str, Meta(max_length=20, description="The shelf.")]',
        'Annotated[bool, Meta(description="Whether it is on the shelf.")]',
        "E010",
        "The field shelf has the type BoolType, which a command cannot have.",
    ),
    "a field of two types": (
        'Annotated[str, Meta(max_length=20, description="The shelf.")]',
        "int | str",
        "E010",
        "The field shelf has several types. A field of a command has one, or null.",
    ),
    "an amount without limits": (
        'Annotated[str, Meta(max_length=20, description="The shelf.")]',
        'Annotated[Decimal, Meta(description="The price of the shelf.")]',
        "E010",
        "The field shelf is an amount. Set minimum and maximum in Meta.extra of its type.",
    ),
    "no example": (
        'example = {"product_id": 7, "shelf": "A-1"}',
        "",
        "E011",
        "The command has no example. Set `example` to a body that the demo catalogue accepts.",
    ),
    "an example that is not valid": (
        '"shelf": "A-1"',
        '"shelf": "A-1", "row": 3',
        "E011",
        "The example is not valid: row: There is no such field. The fields are: product_id, shelf.",
    ),
}


@pytest.mark.parametrize(("old", "new", "number", "message"), FAULTS.values(), ids=FAULTS)
def test_check__names_the_fault(planted: Planted, old: str, new: str, number: str, message: str) -> None:
    assert found(planted(old, new)) == [(f"products_write.{number}", message)]


def test_check__wants_no_label_of_a_command_without_permission(planted: Planted) -> None:
    assert found(planted('permission_label = "Can move products"', "needs_permission = False")) == []


def test_check__names_two_commands_with_one_slug(planted: Planted) -> None:
    assert found(planted(), planted()) == [
        (
            "products_write.E002",
            "MoveToShelf in products_write.commands.move_to_shelf has the slug 'move-to-shelf' too. Choose another.",
        )
    ]


@pytest.mark.parametrize(
    ("table", "place"),
    [
        (WIDGETS, "WIDGETS of products_write.admin.task_forms"),
        (SERIALIZER_FIELDS, "SERIALIZER_FIELDS of products_write.api.serializers"),
    ],
)
def test_check__names_a_place_that_cannot_show_a_type(
    planted: Planted, monkeypatch: pytest.MonkeyPatch, table: dict[str, object], place: str
) -> None:
    monkeypatch.delitem(table, "string")
    assert found(planted()) == [
        ("products_write.E010", f"The field shelf has the type 'string', which is missing in {place}.")
    ]
