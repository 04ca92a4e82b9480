"""Rows are written by the names of columns, so that the order of columns in the table does not matter.

A migration adds a column at the end of the table, and the model may have its field anywhere.
"""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.migrations import AddField, AddIndex, Migration, RemoveField, RemoveIndex
from django.db.migrations.state import ModelState, ProjectState, StateApps
from django.db.models import Model

from events import log
from events.integrity.rebuild import rebuild
from events.integrity.rebuild_streams import FoldedStreams, State, rebuild_streams, state_of, stored_states
from events.integrity.staging import execute_on_read_database, fetch_from_read_database
from events.integrity.verify import verify_projection
from events.projections import engine
from events.projections.base import Projection, registered_projections
from kernel.actor import SYSTEM
from kernel.database.aliases import read_alias
from products_write.bus import dispatch
from products_write.bus.envelope import Envelope

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("read_tables", "products")]

IDS = [1, 2, 3]
READ_MODELS = {
    model._meta.db_table: (projection, model)
    for projection in registered_projections().values()
    for model in (projection.model, *(child.model for child in projection.children))
}
of_every_read_model = pytest.mark.parametrize(("projection", "model"), READ_MODELS.values(), ids=READ_MODELS)


@pytest.fixture
def read_tables(transactional_db: None) -> Iterator[None]:
    """Make the tables of the read models anew after the test, as the migrations make them."""
    yield
    for _, model in READ_MODELS.values():
        make_anew(model, like=model)


def make_anew(model: type[Model], *, like: type[Model]) -> None:
    """Replace the model's table by an empty one with the columns of `like`, in their order."""
    with connections[read_alias()].schema_editor() as editor:
        editor.delete_model(model)
        editor.create_model(like)


def reverse_columns(model: type[Model]) -> None:
    """Replace the model's table by an empty one that has the columns in the opposite order."""
    state = ModelState.from_model(model)
    state.fields = dict(reversed(state.fields.items()))
    make_anew(model, like=state.render(StateApps([], {})))
    assert columns_in_table(model) == [field.column for field in model._meta.concrete_fields][::-1]


def add_late(model: type[Model], name: str) -> None:
    """Change the table as a later migration does: add the column at the end, with its default in all rows."""
    options, state = model._meta, ProjectState()
    state.add_model(ModelState.from_model(model))
    # `migrate` makes the apps before the operations run, too. The order of the columns depends on that.
    _ = state.apps
    later = Migration("later", options.app_label)
    later.operations = [
        *(RemoveIndex(options.model_name, index.name) for index in options.indexes),
        RemoveField(options.model_name, name),
        AddField(options.model_name, name, options.get_field(name).clone()),
        *(AddIndex(options.model_name, index.clone()) for index in options.indexes),
    ]
    with connections[read_alias()].schema_editor() as editor:
        later.apply(state, editor)
    assert columns_in_table(model)[-1] == name


def columns_in_table(model: type[Model]) -> list[str]:
    connection = connections[read_alias()]
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, model._meta.db_table)
    return [column.name for column in described]


def send(command: str, product_id: int, **payload: Any) -> None:
    dispatch.send(Envelope.of(command, {"product_id": product_id, **payload}, actor=SYSTEM))


def rate_first(events: int = 0) -> None:
    """Rate product 1. A rebuild that gets this function as its progress meets an event while it runs."""
    send("rate-product", 1, user_id=9, rating=2)


@pytest.fixture
def products(quiet_log: None, django_user_model: Any) -> None:
    """Add three products to the write side. No read model has them."""
    django_user_model.objects.create(pk=9, username="ada")
    for product_id in IDS:
        details = {"sku": f"L-{product_id}", "name": f"Green Lamp {product_id}", "description": "bright"}
        send("add-new-product", product_id, **details, unit_price="12.50", categories=["home", "light"])
        send("add-to-inventory", product_id, quantity=40 + product_id)
    send("relate-products", 2, related_product_id=3)
    send("discontinue-product", 3)


def folded(projection: Projection[Any]) -> dict[int, State]:
    """The state of each product, folded from the log."""
    return {row.id: state_of(projection, row) for row in FoldedStreams(projection, log.streams_of(IDS))}


def differing_fields(projection: Projection[Any]) -> set[str]:
    return {difference.field for difference in verify_projection(projection, None, lambda done: None)}


@of_every_read_model
def test_rebuild__goes_by_the_names_of_columns(projection: Projection[Any], model: type[Model]) -> None:
    reverse_columns(model)
    rebuild(projection, rate_first)
    assert stored_states(projection, IDS) == folded(projection)
    again = rebuild(projection, lambda events: None).counts
    assert (again.added, again.changed, again.removed, again.unchanged) == (0, 0, 0, 3)


@of_every_read_model
def test_catch_up__goes_by_the_names_of_columns(projection: Projection[Any], model: type[Model]) -> None:
    reverse_columns(model)
    engine.catch_up_all()
    rate_first()
    engine.catch_up_all()
    assert stored_states(projection, IDS) == folded(projection)
    assert rebuild_streams(projection, IDS).unchanged == 3


@of_every_read_model
def test_rebuild__leaves_alone_a_column_that_only_newer_code_knows(
    projection: Projection[Any], model: type[Model]
) -> None:
    execute_on_read_database(
        f"ALTER TABLE {model._meta.db_table} ADD COLUMN colour varchar(9) DEFAULT 'green' NOT NULL"
    )
    rebuild(projection, rate_first)
    assert stored_states(projection, IDS) == folded(projection)
    assert fetch_from_read_database(f"SELECT DISTINCT colour FROM {model._meta.db_table}") == [("green",)]


def test_rebuild__fills_a_column_that_a_later_migration_adds_in_the_middle() -> None:
    rate_first()
    engine.catch_up_all()
    for projection in registered_projections().values():
        fields = projection.model._meta.concrete_fields
        middle = fields[len(fields) // 2].name
        add_late(projection.model, middle)
        assert differing_fields(projection) == {middle}
    call_command("rebuild_read_models", "--noinput", stdout=StringIO())
    call_command("verify_read_models", stdout=(printed := StringIO()))
    assert printed.getvalue() == "3 products: write tables = log = read tables.\n"


@pytest.mark.parametrize("written_by", [rebuild, rebuild_streams])
def test_children__are_written_by_the_names_of_their_columns(
    written_by: Any, display: Projection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    categories, words = display.children
    backwards = categories._replace(
        columns=categories.columns[::-1], rows=lambda row: [values[::-1] for values in categories.rows(row)]
    )
    monkeypatch.setattr(display, "children", (backwards, words))
    written_by(display, IDS if written_by is rebuild_streams else rate_first)
    assert stored_states(display, IDS) == folded(display)
    in_table = fetch_from_read_database(
        "SELECT product_id, slug FROM products_read_displaycategory WHERE discontinued ORDER BY slug"
    )
    assert in_table == [(3, "home"), (3, "light")]
