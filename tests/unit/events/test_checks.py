"""The system checks: each names the fault that is planted, and finds none in the project as it is."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.apps.registry import Apps
from django.core.checks import CheckMessage, run_checks
from django.db import models
from pytest_django import Settings

from events.checks import check_everything
from events.checks.event_classes import check_published, check_write_folds
from events.checks.projections import (
    check_documents,
    check_fingerprints,
    check_handlers,
    check_registration,
)
from events.checks.read_tables import check_defaults, check_migrations
from events.contracts import DomainEvent
from events.contracts.registry import REGISTRY
from events.projections import base
from events.projections.base import Projection, ReadRow, on
from events.projections.fingerprint import fingerprint_of
from facts.inventory import InventoryAdded, InventoryItemsShipped, InventoryRecounted
from products_read.models import ProductInventory
from products_read.projections.product_display import ProductDisplayProjection
from products_read.projections.product_inventory import ProductInventoryProjection
from products_write.verification import ProductWriteModel


class ProductPainted(DomainEvent, frozen=True, kw_only=True):
    """An event that no fold knows."""

    type = "product.painted"


class Twice(Projection[ProductInventory]):
    """It handles one event in two methods, and its table is another projection's."""

    name: ClassVar[str] = "twice"
    model = ProductInventory

    @on(InventoryAdded)
    def first(self, row: ProductInventory, event: InventoryAdded) -> None: ...

    @on(InventoryAdded)
    def second(self, row: ProductInventory, event: InventoryAdded) -> None: ...


def told(check: Callable[[], list[CheckMessage]]) -> list[tuple[str, str]]:
    return [(str(message.id).removeprefix("events."), message.msg) for message in check()]


@pytest.fixture(autouse=True)
def registries_as_before() -> Iterator[None]:
    """Other tests rely on the order of the registries too, and an entry that is put back alone comes last."""
    registries: tuple[dict[str, Any], ...] = (REGISTRY, base._registered)
    before = [dict(registry) for registry in registries]
    yield
    for registry, entries in zip(registries, before, strict=True):
        registry.clear()
        registry.update(entries)


@pytest.fixture
def twice() -> None:
    base._registered["twice"] = Twice()


def test_checks__find_nothing_in_the_project_and_read_no_database() -> None:
    """A test without the mark django_db cannot read a database."""
    assert check_everything() == []


def test_checks__are_registered_under_their_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_checks(tags=["events"]) == []
    monkeypatch.setattr(ProductDisplayProjection, "document", None)
    assert {message.id for message in run_checks(tags=["events"])} == {"events.E001", "events.E002"}


def test_checks__are_not_imported_by_a_process_that_serves() -> None:
    program = (
        "import config.wsgi, sys; print([name for name in sys.modules if name.startswith('events.checks')])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def test_fingerprint__that_differs_says_what_to_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ProductInventoryProjection, "fingerprint", "0123456789abcdef")
    (message,) = check_fingerprints()
    projection = base.registered_projections()["product_inventory"]
    now, raised = fingerprint_of(projection), fingerprint_of(projection, projection.version + 1)
    assert now != raised
    assert message.msg == (
        "The columns, the document or the code of the projection product_inventory have changed, "
        "so its rows may differ."
    )
    assert message.hint == (
        "If the same events give other rows and the version was not raised for that yet: set version = "
        f'{projection.version + 1} and fingerprint = "{raised}" in products_read.projections.product_inventory. '
        f'Otherwise set only fingerprint = "{now}" there.'
    )


def test_document__that_is_left_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ProductDisplayProjection, "document", None)
    message = "The rows of the projection product_display have a document, and nothing watches its fields."
    assert told(check_documents) == [("E002", message)]


def test_handler__of_an_event_that_is_not_published_is_named() -> None:
    del REGISTRY[InventoryRecounted.type]
    end = "handles InventoryRecounted in recounted, but that event is not published, so the log never has it."
    assert told(check_handlers) == [
        ("E003", f"The projection product_display {end}"),
        ("E003", f"The projection product_inventory {end}"),
    ]


@pytest.mark.usefixtures("twice")
def test_handlers__of_one_event_are_named() -> None:
    message = "The projection twice handles InventoryAdded in first and second, but only one of them runs."
    assert told(check_handlers) == [("E004", message)]


def test_projection__that_is_not_registered_is_named() -> None:
    del base._registered["product_display"]
    module = "products_read.projections.product_display"
    assert told(check_registration) == [
        (
            "E005",
            f"The projection ProductDisplayProjection in {module} is not registered, so its table stays empty.",
        ),
        ("E006", "No registered projections fill the read table of ProductDisplay."),
    ]


@pytest.mark.usefixtures("twice")
def test_read_table__of_two_projections_is_named() -> None:
    message = "2 registered projections fill the read table of ProductInventory."
    assert told(check_registration) == [("E006", message)]


def test_event__that_no_write_fold_knows_is_named() -> None:
    REGISTRY[ProductPainted.type] = ProductPainted
    message = "No registered write model knows the event product.painted, so verify_read_models fails at the first one."
    assert told(check_write_folds) == [("E007", message)]


def test_write_model__knows_the_events_that_its_fold_has_cases_for() -> None:
    assert ProductWriteModel().knows(InventoryAdded)
    assert not ProductWriteModel().knows(ProductPainted)
    assert not ProductWriteModel().knows(DomainEvent)


def test_event_class__that_is_not_published_is_named() -> None:
    del REGISTRY[InventoryItemsShipped.type]
    message = (
        "The event class InventoryItemsShipped in facts.inventory is not published, so the log cannot be read once it "
        "has such an event."
    )
    assert told(check_published) == [("E008", message)]


def test_column__with_a_default_in_the_database_alone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Shelf(ReadRow):
        place = models.TextField(db_default="")
        height = models.IntegerField(default=0, db_default=0)

        class Meta:
            app_label, apps = "planted", Apps()

    monkeypatch.setattr(ProductInventoryProjection, "model", Shelf)
    message = "Shelf.place has db_default and no default, so every write of a row fails."
    assert told(check_defaults) == [("E009", message)]


MIGRATION = """\
from django.db import models
from django.db.migrations import *
from django.db.migrations.operations import SeparateDatabaseAndState


class Migration(Migration):
    dependencies = [{before}]
    operations = [{operations}]
"""
INITIAL = """\
from importlib import import_module

Migration = import_module("products_read.migrations.0001_initial").Migration
"""
Plant = Callable[..., None]


@pytest.fixture
def plant(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plant]:
    """Writes migrations that follow the first one of products_read, each with these operations."""
    package = tmp_path / "planted_migrations"
    package.mkdir()
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    settings.MIGRATION_MODULES = {"products_read": package.name}

    def write(*operations: str, initial: str = INITIAL) -> None:
        (package / "0001_initial.py").write_text(initial)
        before = "0001_initial"
        for number, operation in enumerate(operations, 2):
            text = MIGRATION.format(before=f'("products_read", "{before}")', operations=operation)
            before = f"{number:04}_planted"
            (package / f"{before}.py").write_text(text)

    yield write
    for name in [name for name in sys.modules if name.startswith(package.name)]:
        del sys.modules[name]


def not_null(migration: str, column: str) -> tuple[str, str]:
    return (
        "E010",
        f"With the migration products_read.{migration}, {column} is NOT NULL and has no db_default.",
    )


def taken_away(migration: str, column: str) -> tuple[str, str]:
    start = f"The migration products_read.{migration} takes {column} away"
    return "E011", f"{start} while the code of the release before still runs."


ADD = 'AddField("ProductInventory", "shelf", models.TextField(default=""))'
ADD_NULL = 'AddField("ProductInventory", "shelf", models.TextField(null=True))'
ALTER = 'AlterField("productinventory", "shelf", models.TextField(default=""))'
MEND = 'AlterField("productinventory", "shelf", models.TextField(default="", db_default=""))'
REMOVE = 'RemoveField("ProductDisplay", "description")'


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ([ADD], [not_null("0002_planted", "ProductInventory.shelf")]),
        (
            [f"SeparateDatabaseAndState([{ADD}], [{ADD}])"],
            [not_null("0002_planted", "ProductInventory.shelf")],
        ),
        ([ADD_NULL, ALTER], [not_null("0003_planted", "ProductInventory.shelf")]),
        ([f"{ADD_NULL}, {ALTER}"], [not_null("0002_planted", "ProductInventory.shelf")]),
        (
            ['AddField("InventoryWord", "place", models.IntegerField(default=0))'],
            [not_null("0002_planted", "InventoryWord.place")],
        ),
        ([REMOVE], [taken_away("0002_planted", "ProductDisplay.description")]),
        (
            ['RenameField("ProductDisplay", "description", "text")'],
            [taken_away("0002_planted", "ProductDisplay.description")],
        ),
    ],
)
def test_migration__that_older_code_does_not_survive_is_named(
    plant: Plant, operations: list[str], expected: list[tuple[str, str]]
) -> None:
    plant(*operations)
    assert told(check_migrations) == expected


@pytest.mark.parametrize(
    "operations",
    [
        [],
        [ADD_NULL],
        ['AddField("ProductInventory", "shelf", models.TextField(default="", db_default=""))'],
        [ADD, MEND],
        ['AlterField("ProductInventory", "name", models.TextField(default="?"))'],
        [f"SeparateDatabaseAndState(state_operations=[{REMOVE}])"],
    ],
)
def test_migration__that_older_code_survives_is_left_alone(plant: Plant, operations: list[str]) -> None:
    plant(*operations)
    assert told(check_migrations) == []


def test_migration__says_what_happens_without_db_default(plant: Plant) -> None:
    plant(ADD)
    (message,) = check_migrations()
    assert message.hint == (
        "The code of the release before still runs and does not know the column. Its write fails, and it parks the "
        "product. Give the field db_default and default, also in the migration."
    )


def test_migration__that_creates_the_table_may_add_any_column(plant: Plant) -> None:
    create = 'CreateModel("ProductInventory", [("id", models.BigIntegerField(primary_key=True))])'
    plant(initial=MIGRATION.format(before="", operations=f"{create}, {ADD}"))
    assert told(check_migrations) == []
