"""The fingerprint of a projection: the changes that it sees, and those that it passes over."""

import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.apps.registry import Apps
from django.db import models

from events.projections.base import ChildTable, ReadRow
from events.projections.fingerprint import fingerprint_of
from products_read.models import InventoryWord

PROJECTION = '''
"""A projection in a package of its own."""

from typing import ClassVar

from events.projections.base import Projection, on
from facts.inventory import InventoryAdded, InventoryRecounted
from products_read.models import ProductInventory
from {package} import helpers
from {package}.helpers import doubled as twice

STEP = 2


def stepped(number: int) -> int:
    """Adds one step."""
    return number + STEP


class Rounding:
    digits = 2


class Planted(Projection[ProductInventory]):
    """Counts something."""

    name: ClassVar[str] = "planted"
    version: ClassVar[int] = 1
    fingerprint: ClassVar[str] = ""
    model = ProductInventory

    @on(InventoryAdded)
    def added(self, row: ProductInventory, event: InventoryAdded) -> None:
        row.current_stock = stepped(twice(event.quantity_after)) + Rounding.digits

    def finish(self, row: ProductInventory) -> None:
        row.document = f"{{row.current_stock // 10}}:{{helpers.sign(row.id)}}"
'''
HELPERS = '''
"""Its helpers."""

from itertools import chain as rounded  # a module in C, without a file

FACTOR = 2


def doubled(number: int) -> int:
    return inner(number) * FACTOR


def inner(number: int) -> int:
    from {package}.deep import bottom

    return bottom(number)


def sign(number: int) -> str:
    return "+" if rounded(number) else ""


def unused(number: int) -> int:
    return number
'''
DEEP = """
def bottom(number: int) -> int:
    return number
"""
NUMBERS = count(1)
Make = Callable[..., Any]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes the projection, with each text on the left replaced by the one on the right, in a new package."""
    monkeypatch.syspath_prepend(tmp_path)
    made = []

    def projection(*changes: tuple[str, str]) -> Any:
        package = tmp_path / f"planted_{next(NUMBERS)}"
        package.mkdir()
        made.append(package.name)
        (package / "__init__.py").touch()
        for name, text in (("projection", PROJECTION), ("helpers", HELPERS), ("deep", DEEP)):
            text = text.format(package=package.name)
            for before, after in changes:
                text = text.replace(before, after)
            (package / f"{name}.py").write_text(text)
        import_module(f"{package.name}.helpers"), import_module(f"{package.name}.deep")
        return import_module(f"{package.name}.projection").Planted()

    yield projection
    for name in [name for name in sys.modules if name.partition(".")[0] in made]:
        del sys.modules[name]


@pytest.mark.parametrize(
    "change",
    [
        ("STEP = 2", "STEP = 3"),
        ("number + STEP", "number - STEP"),
        ("digits = 2", "digits = 3"),
        ("@on(InventoryAdded)", "@on(InventoryRecounted)"),
        ("twice(event.quantity_after)", "twice(event.quantity)"),
        ("// 10", "/ 10"),
        (":{helpers", "-{helpers"),
        ("FACTOR = 2", "FACTOR = 2.0"),
        ("inner(number) * FACTOR", "inner(number)"),
        ('"+" if', '"-" if'),
        ("from itertools import chain", "from itertools import cycle"),
        ("return bottom(number)", "return number"),
        (
            "def bottom(number: int) -> int:\n    return number",
            "def bottom(number: int) -> int:\n    return 0",
        ),
        ("def finish", "def blank_finish"),
        ("version: ClassVar[int] = 1", "version: ClassVar[int] = 2"),
    ],
)
def test_fingerprint__differs_when_the_code_may_give_other_rows(make: Make, change: tuple[str, str]) -> None:
    assert fingerprint_of(make()) != fingerprint_of(make(change))


@pytest.mark.parametrize(
    "change",
    [
        ("", ""),
        ("Adds one step.", "Adds STEP."),
        ('"""Counts something."""\n', ""),
        ("STEP = 2", "STEP = 2  # a comment"),
        ("number: int", "number"),
        ("-> None", "-> 'None'"),
        (
            "stepped(twice(event.quantity_after))",
            "stepped(\n            (twice(event.quantity_after)),\n        )",
        ),
        ('"+"', "'+'"),
        ("def unused(number: int) -> int:\n    return number", "def unused() -> int:\n    return 0"),
        ('fingerprint: ClassVar[str] = ""', 'fingerprint: ClassVar[str] = "0123"'),
    ],
)
def test_fingerprint__is_equal_when_prose_and_format_alone_differ(
    make: Make, change: tuple[str, str]
) -> None:
    assert fingerprint_of(make()) == fingerprint_of(make(change))


def test_fingerprint__does_not_depend_on_the_order_of_definitions(make: Make) -> None:
    moved = ("STEP = 2\n", ""), ("class Rounding:", "STEP = 2\n\n\nclass Rounding:")
    assert fingerprint_of(make()) == fingerprint_of(make(*moved))


def test_fingerprint__of_another_version_is_the_one_that_it_would_have(make: Make) -> None:
    raised = make(("version: ClassVar[int] = 1", "version: ClassVar[int] = 2"))
    assert fingerprint_of(make(), 2) == fingerprint_of(raised)


def model_with(**fields: "models.Field[Any, Any]") -> type[ReadRow]:
    class Meta:
        app_label, apps = "planted", Apps()

    attributes = {"__module__": __name__, "Meta": Meta, **fields}
    return type("Row", (ReadRow,), attributes)


def of(projection: Any, monkeypatch: pytest.MonkeyPatch, **attributes: Any) -> str:
    for name, value in attributes.items():
        monkeypatch.setattr(type(projection), name, value)
    return fingerprint_of(projection)


@pytest.mark.parametrize(
    "field",
    [
        models.CharField(max_length=5, default=""),
        models.CharField(max_length=4, default="", null=True),
        models.CharField(max_length=4, default="x"),
        models.CharField(max_length=4, default=str),
        models.TextField(default=""),
        models.CharField(max_length=4, default="", db_column="size"),
    ],
)
def test_fingerprint__differs_with_a_column(make: Make, monkeypatch: pytest.MonkeyPatch, field: Any) -> None:
    projection = make()
    before = of(projection, monkeypatch, model=model_with(a=models.CharField(max_length=4, default="")))
    assert of(projection, monkeypatch, model=model_with(a=field)) != before
    assert of(projection, monkeypatch, model=model_with()) != before


def test_fingerprint__passes_over_indexes_and_help(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    projection = make()
    plain = of(projection, monkeypatch, model=model_with(a=models.IntegerField(default=0)))
    helped = models.IntegerField("age", default=0, help_text="In years.", db_index=True, db_default=0)
    assert of(projection, monkeypatch, model=model_with(a=helped)) == plain


def test_fingerprint__differs_with_the_children(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    projection = make()
    child = ChildTable(InventoryWord, ("word",), lambda row: [])
    other = child._replace(model=model_with())
    found = [of(projection, monkeypatch, children=children) for children in ((), (child,), (other,))]
    assert len(set(found)) == 3


@pytest.mark.parametrize(
    "fields",
    [
        [("name", str), ("price", Decimal)],
        [("price", Decimal), ("name", str | None)],
        [("price", Decimal), ("name", str), ("id", int)],
        [("price", str), ("name", str)],
        [("price", Decimal), ("name", list[str])],
        [("price", Decimal), ("name", msgspec.defstruct("Part", [("of", str)]))],
    ],
)
def test_fingerprint__differs_with_the_document(
    make: Make, monkeypatch: pytest.MonkeyPatch, fields: list[tuple[str, Any]]
) -> None:
    projection = make()
    before = msgspec.defstruct("Document", [("price", Decimal), ("name", str)])
    same = msgspec.defstruct("Other", [("price", Decimal), ("name", str)])
    renamed = msgspec.defstruct("Document", [("price", Decimal), ("name", str)], rename="upper")
    after = msgspec.defstruct("Document", fields)
    found = [of(projection, monkeypatch, document=document) for document in (before, same, after, renamed)]
    assert found[0] == found[1]
    assert found[0] not in found[2:]
