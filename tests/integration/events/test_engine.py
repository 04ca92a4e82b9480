"""Catching up, bringing up, parking and rebuilding: the read side follows the log."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections

from events import log
from events.integrity.rebuild import rebuild
from events.integrity.verify import verify_projection
from events.log import triggers
from events.models import Checkpoint, ParkedKey
from events.projections import engine
from events.projections.base import Projection
from events.projections.checkpoints import checkpoints_of
from events.status import projection_status
from kernel.database.aliases import read_alias, write_alias
from products_read.models import ProductDisplay
from tests.support.streams import append, product_added, product_rated

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quiet_log")]


FailingOn = Callable[[int], AbstractContextManager[None]]


def row(product_id: int) -> ProductDisplay:
    return ProductDisplay.objects.get(pk=product_id)


def differences(projection: Projection[Any]) -> list[tuple[int, str]]:
    return [(each.product_id, each.field) for each in verify_projection(projection, None, lambda done: None)]


def execute_on_read_side(statement: str) -> None:
    with connections[read_alias()].cursor() as cursor:
        cursor.execute(statement)


def test_catch_up_all__brings_every_product_to_its_head() -> None:
    for product_id in range(1, 11):
        append(product_id, product_added(f"Lamp {product_id}"), product_rated())
    assert engine.catch_up_all() == 2 * 20
    assert [(each.id, each.version) for each in ProductDisplay.objects.order_by("id")] == [
        (product_id, 2) for product_id in range(1, 11)
    ]
    assert engine.catch_up_all() == 0


def test_catch_up__moves_every_checkpoint_to_the_watermark(display: Projection[Any]) -> None:
    (recorded,) = append(1, product_added())
    engine.catch_up_all()
    assert {(each.position, each.event_id) for each in checkpoints_of(display)} == {
        (recorded.position, recorded.event_id)
    }


def test_catch_up__goes_on_batch_by_batch(display: Projection[Any]) -> None:
    checkpoints_of(display)
    append(4, product_added(), *[product_rated(4, user_id=user_id) for user_id in range(1, 10)])
    steps = [engine.catch_up(display, 0, limit=4) for _ in range(3)]
    assert [step.events for step in steps] == [4, 4, 2]
    assert [step.outcome for step in steps] == [
        engine.CatchUpResult.MORE,
        engine.CatchUpResult.MORE,
        engine.CatchUpResult.CAUGHT_UP,
    ]
    assert (row(4).version, row(4).rating_count) == (10, 9)


def test_catch_up__takes_each_event_once_after_bring_up(display: Projection[Any]) -> None:
    append(1, product_added(), product_rated(4))
    engine.bring_up(display, 1)
    assert row(1).rating_count == 1
    engine.catch_up_all()
    assert (row(1).version, row(1).rating_count) == (2, 1)


def test_upsert__never_goes_back_to_an_earlier_version(display: Projection[Any]) -> None:
    from events.projections import rows

    append(1, product_added())
    engine.catch_up_all()
    early = row(1)
    append(1, product_rated())
    engine.catch_up_all()
    assert rows.upsert(display, [early]) <= {1}
    assert row(1).version == 2


def test_bring_up__changes_children_with_the_row(display: Projection[Any]) -> None:
    append(1, product_added("Green lamp"))
    engine.bring_up(display, 1)
    assert differences(display) == []


def test_catch_up__halts_when_the_log_is_another_one(display: Projection[Any]) -> None:
    append(1, product_added())
    engine.catch_up_all()
    Checkpoint.objects.update(event_id=uuid4())
    append(1, product_rated())
    assert engine.catch_up(display, 1).outcome is engine.CatchUpResult.HALTED
    assert row(1).version == 1
    halted = [status for status in projection_status() if status.halted]
    assert halted
    assert "rebuild_read_models product_display" in halted[0].cause


def test_rebuild__mends_a_halted_projection(display: Projection[Any]) -> None:
    append(1, product_added())
    engine.catch_up_all()
    Checkpoint.objects.update(event_id=uuid4())
    append(1, product_rated())
    engine.catch_up_all()
    rebuild(display, lambda done: None)
    assert row(1).version == 2
    append(1, product_rated(5, previous=4))
    assert engine.catch_up(display, 1).outcome is engine.CatchUpResult.CAUGHT_UP
    assert row(1).version == 3


def test_catch_up__parks_the_product_whose_handler_raises_and_goes_on(
    display: Projection[Any], failing_on: FailingOn
) -> None:
    append(7, product_added())
    engine.catch_up_all()
    with failing_on(7):
        append(7, product_rated(4))
        append(3, product_added(), product_rated(5))
        engine.catch_up_all()
        append(7, product_rated(3, user_id=2))
        engine.catch_up_all()
    assert (row(3).version, row(7).version) == (2, 1)
    (key,) = ParkedKey.objects.all()
    assert (key.projection, key.product_id, key.kind, key.version) == ("product_display", 7, "parked", 2)
    assert "ArithmeticError: this rating cannot be" in key.traceback


def test_release__replays_in_order_once_the_handler_is_mended(
    display: Projection[Any], failing_on: FailingOn
) -> None:
    append(7, product_added())
    with failing_on(7):
        append(7, product_rated(4), product_rated(3, user_id=2))
        engine.catch_up_all()
    engine.release(display, ParkedKey.objects.get())
    assert (row(7).version, row(7).rating_count) == (3, 2)
    assert not ParkedKey.objects.exists()
    append(7, product_rated(5, user_id=3))
    engine.catch_up_all()
    assert row(7).rating_count == 3


def insert_event_of_the_future(product_id: int, version: int) -> None:
    """Append an event as a newer release does during a rolling deploy: with a later schema version."""
    append(product_id, product_rated(2, user_id=9))
    with triggers.triggers_lifted(connections[write_alias()]), connections[write_alias()].cursor() as cursor:
        cursor.execute(
            "UPDATE events_event SET schema_version = 99 WHERE product_id = %s AND version = %s",
            [product_id, version],
        )


def test_catch_up__holds_an_event_of_a_newer_schema_until_code_knows_it(display: Projection[Any]) -> None:
    append(7, product_added())
    engine.catch_up_all()
    insert_event_of_the_future(7, 2)
    append(8, product_added())
    engine.catch_up_all()
    assert (row(7).version, row(8).version) == (1, 1)
    held = ParkedKey.objects.get(projection="product_display")
    assert (held.kind, held.version) == ("held", 2)
    with triggers.triggers_lifted(connections[write_alias()]), connections[write_alias()].cursor() as cursor:
        cursor.execute("UPDATE events_event SET schema_version = 1")
    engine.catch_up_all()
    assert row(7).version == 2
    assert not ParkedKey.objects.exists()


def test_catch_up__parks_a_product_whose_stream_has_a_hole(display: Projection[Any]) -> None:
    append(7, product_added(), product_rated(4))
    with triggers.triggers_lifted(connections[write_alias()]), connections[write_alias()].cursor() as cursor:
        cursor.execute("DELETE FROM events_event WHERE version = 1")
    engine.catch_up_all()
    key = ParkedKey.objects.get(projection="product_display")
    assert key.error == "MissingVersion: Version 1 is missing before version 2."


def test_catch_up__folds_a_row_of_older_code_from_the_start(display: Projection[Any]) -> None:
    append(1, product_added(), product_rated(4))
    engine.catch_up_all()
    execute_on_read_side(
        "UPDATE products_read_productdisplay SET projection_version = 0, rating_sum = 99, rating_count = 99"
    )
    append(1, product_rated(2, user_id=2))
    engine.catch_up_all()
    assert (row(1).rating_sum, row(1).rating_count, row(1).projection_version) == (6, 2, display.version)


def test_catch_up__stands_aside_for_newer_code(display: Projection[Any]) -> None:
    append(1, product_added())
    checkpoints_of(display)
    Checkpoint.objects.update(projection_version=display.version + 1)
    assert engine.catch_up(display, 1).outcome is engine.CatchUpResult.STANDS_ASIDE
    assert not ProductDisplay.objects.exists()


def test_verify__names_changed_deleted_and_invented_rows(display: Projection[Any]) -> None:
    for product_id in (1, 2, 3):
        append(product_id, product_added(f"Lamp {product_id}"))
    engine.catch_up_all()
    execute_on_read_side("UPDATE products_read_productdisplay SET rating_sum = 5 WHERE id = 1")
    execute_on_read_side("DELETE FROM products_read_productdisplay WHERE id = 2")
    execute_on_read_side("UPDATE products_read_productdisplay SET id = 33 WHERE id = 3")
    found = differences(display)
    assert (1, "rating_sum") in found
    assert (2, "row") in found or any(product_id == 2 for product_id, _ in found)
    assert {product_id for product_id, _ in found} == {1, 2, 3, 33}


def test_verify__repair_mends_the_rows_that_differ(display: Projection[Any]) -> None:
    for product_id in (1, 2, 3):
        append(product_id, product_added(f"Lamp {product_id}"))
    engine.catch_up_all()
    execute_on_read_side("UPDATE products_read_productdisplay SET name = 'Wrong' WHERE id = 1")
    execute_on_read_side("DELETE FROM products_read_productdisplay WHERE id = 2")
    assert list(verify_projection(display, None, lambda done: None, repair=True))
    assert differences(display) == []


def test_verify__does_not_take_lag_for_a_difference(display: Projection[Any]) -> None:
    append(1, product_added())
    engine.catch_up_all()
    append(1, product_rated())
    append(2, product_added())
    assert differences(display) == []


def test_verify__sees_a_row_behind_its_checkpoint(display: Projection[Any]) -> None:
    append(1, product_added())
    engine.catch_up_all()
    append(1, product_rated())
    (latest,) = log.read_stream(1, 1)
    Checkpoint.objects.update(position=latest.position, event_id=latest.event_id)
    assert (1, "version") in differences(display)


def test_rebuild__writes_only_the_rows_that_differ(display: Projection[Any]) -> None:
    for product_id in (1, 2, 3):
        append(product_id, product_added(f"Lamp {product_id}"))
    engine.catch_up_all()
    execute_on_read_side("UPDATE products_read_productdisplay SET name = 'Wrong' WHERE id = 1")
    execute_on_read_side("DELETE FROM products_read_productdisplay WHERE id = 2")
    dry, samples = rebuild(display, lambda done: None, write=False)
    assert (dry.events, dry.added, dry.changed, dry.removed, dry.unchanged) == (3, 1, 1, 0, 1)
    assert samples == [1, 2]
    assert row(1).name == "Wrong"
    assert rebuild(display, lambda done: None).counts == dry
    assert rebuild(display, lambda done: None).counts.unchanged == 3
    assert differences(display) == []
