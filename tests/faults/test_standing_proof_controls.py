"""Negative controls of the standing proof: without each guard, a test-only variant of the code fails."""

import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from pytest_django import Settings

from events import log
from events.log import Metadata, triggers
from events.log.watermark import highest
from events.models import Event
from events.projections import applying, checkpoints, engine, rows
from events.projections.base import Projection, ReadRow, fold, registered_projections
from kernel.actor import SYSTEM
from kernel.database.aliases import read_alias
from products_read.models import ProductDisplay
from products_write.bus import dispatch
from products_write.bus.envelope import Envelope
from products_write.errors import InsufficientStock
from products_write.models import Product, StockItem, StockMovement
from products_write.models.product import ProductManager
from tests.support import proof_checkpoint_first
from tests.support.processes import Service, environment, eventually
from tests.support.streams import append, append_open, product_added, product_rated

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgresql,
    pytest.mark.usefixtures("unprojected"),
]

LATE, EARLY, PARTITION = 4, 8, 0  # products of one partition

CatchUp = Callable[[Projection[Any], int], object]


@pytest.fixture
def unprojected(settings: Settings) -> None:
    """Events are projected only when the test does it."""
    settings.PROJECTION_SYNC = dict.fromkeys(registered_projections(), "scheduled")


@pytest.fixture
def projection() -> Projection[Any]:
    """The projection of ProductDisplay. Its checkpoints are made."""
    display = registered_projections()["product_display"]
    checkpoints.checkpoints_of(display)
    return display


# The watermark.


def naive_catch_up(projection: Projection[Any], partition: int) -> None:
    """A variant of engine.catch_up that treats the highest visible position as final."""
    with transaction.atomic(using=read_alias()):
        checkpoint = checkpoints.lock_unless_busy(projection, partition)
        assert checkpoint is not None
        engine._project_next(projection, checkpoint, highest(), engine.BATCH_EVENTS, applying.write)


def append_and_commit_late(product_id: int, meanwhile: Callable[[], None]) -> None:
    """Append an event, call `meanwhile` while its transaction is open, and commit."""
    appended, may_commit = threading.Event(), threading.Event()

    def write() -> None:
        with transaction.atomic():
            append_open(product_id, product_added(), after_version=0)
            appended.set()
            may_commit.wait(20)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    appended.wait(20)
    try:
        meanwhile()
    finally:
        may_commit.set()
        writer.join()


@pytest.mark.parametrize(
    ("catch_up", "shown"),
    [(engine.catch_up, {LATE, EARLY}), (naive_catch_up, {EARLY})],
    ids=["ours", "naive"],
)
def test_catch_up__without_the_watermark_loses_an_event(
    projection: Projection[Any], catch_up: CatchUp, shown: set[int]
) -> None:
    def others_commit_and_are_projected() -> None:
        append(EARLY, product_added())
        catch_up(projection, PARTITION)

    append_and_commit_late(LATE, others_commit_and_are_projected)
    catch_up(projection, PARTITION)

    assert set(ProductDisplay.objects.values_list("id", flat=True)) == shown
    assert checkpoints.checkpoints_of(projection)[PARTITION].position == highest().position


# The row lock.


class UnlockedProducts(ProductManager):
    """A manager that loads a product without locking its row."""

    def lock(self, product_id: int, *, field: str = "product_id") -> Product:
        product = self.get(id=product_id)
        product.decided_at = max(log.now(), product.recorded_at)
        return product


def unlocked_products() -> UnlockedProducts:
    products = UnlockedProducts()
    products.model = Product
    return products


@pytest.fixture
def hundred_in_stock(transactional_db: None) -> None:
    """Add product 1 with a stock of 100."""
    dispatch.send(
        Envelope.of("add-new-product", {"product_id": 1, "name": "Lamp", "unit_price": "1"}, actor=SYSTEM)
    )
    dispatch.send(Envelope.of("add-to-inventory", {"product_id": 1, "quantity": 100}, actor=SYSTEM))


@pytest.fixture
def without_unique_versions(hundred_in_stock: None) -> Iterator[None]:
    """Remove the unique indexes over (product, version) of the log and of movements."""
    indexes = [
        (model, constraint)
        for model in (Event, StockMovement)
        for constraint in model._meta.constraints
        if constraint.name in ("event_stream_version", "movement_one_per_event")
    ]
    with connection.schema_editor() as editor:
        for model, constraint in indexes:
            editor.remove_constraint(model, constraint)
    yield
    with triggers.triggers_lifted(connection), connection.cursor() as cursor:
        cursor.execute("TRUNCATE events_event, products_write_stockmovement")
    with connection.schema_editor() as editor:
        for model, constraint in indexes:
            editor.add_constraint(model, constraint)


def ship(product: Product, quantity: int) -> None:
    product.confirm_items_shipped(quantity)
    product.store(Metadata(None, uuid4(), "confirm-items-shipped", "test"))


def race(products: ProductManager, quantity: int) -> Exception | None:
    """Ship twice: the second shipment starts before the first commits. Returns the error of the second, if any."""
    refusals: list[Exception] = []

    def ship_too() -> None:
        try:
            with transaction.atomic():
                ship(products.lock(1), quantity)
        except (IntegrityError, InsufficientStock) as refusal:
            refusals.append(refusal)
        connection.close()

    second = threading.Thread(target=ship_too)
    with transaction.atomic():
        ship(products.lock(1), quantity)
        second.start()
        eventually(another_session_waits_for_us)
    second.join()
    return refusals[0] if refusals else None


def another_session_waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted"
            " AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])


def shipped_and_left() -> tuple[int, int]:
    shipped = StockMovement.objects.filter(quantity__lt=0).aggregate(total=Sum("quantity"))["total"]
    return -shipped, StockItem.objects.get(product_id=1).quantity


@pytest.mark.usefixtures("hundred_in_stock")
def test_product_lock__lets_two_shipments_pass_that_fit() -> None:
    assert race(Product.objects, 30) is None
    assert shipped_and_left() == (60, 40)


@pytest.mark.usefixtures("hundred_in_stock")
def test_product_lock__refuses_the_shipment_that_no_longer_fits() -> None:
    assert isinstance(race(Product.objects, 60), InsufficientStock)
    assert shipped_and_left() == (60, 40)


@pytest.mark.usefixtures("hundred_in_stock")
def test_without_product_lock__a_valid_shipment_is_refused() -> None:
    assert isinstance(race(unlocked_products(), 30), IntegrityError)
    assert shipped_and_left() == (30, 70)


@pytest.mark.usefixtures("without_unique_versions")
def test_without_product_lock_and_unique_versions__more_is_shipped_than_there_was() -> None:
    assert race(unlocked_products(), 60) is None
    assert shipped_and_left() == (120, 40)


# Rows and checkpoint in one transaction.


CHECKPOINT_FIRST = f"""
import django
django.setup()
from tests.support.proof_checkpoint_first import catch_up_named
catch_up_named("product_display", {PARTITION})
"""


@pytest.mark.parametrize(
    ("program", "killed_at", "shown"),
    [
        (["manage.py", "catch_up_projections"], "before-checkpoint-commit", {LATE}),
        (["-c", CHECKPOINT_FIRST], proof_checkpoint_first.BETWEEN_THE_COMMITS, set()),
    ],
    ids=["ours", "checkpoint first"],
)
def test_catch_up__with_the_checkpoint_committed_first_loses_an_event_to_a_kill(
    tmp_path: Path,
    postgres_url: str,
    projection: Projection[Any],
    program: list[str],
    killed_at: str,
    shown: set[int],
) -> None:
    append(LATE, product_added())
    url = urlsplit(postgres_url)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    with Service(environment(url, VAR_DIR=str(tmp_path)), tmp_path) as service:
        killed = service.python("killed", *program, FAILPOINT=killed_at)
        assert killed.process.wait(60) == -signal.SIGKILL, killed.output

    engine.catch_up_all()

    assert set(ProductDisplay.objects.values_list("id", flat=True)) == shown
    assert checkpoints.checkpoints_of(projection)[PARTITION].position == highest().position


# The version guard of the upsert.


def unguarded_upsert(projection: Projection[Any], changed: list[ReadRow]) -> None:
    """A variant of rows.upsert without `WHERE excluded.version > row.version`."""
    _, *others = rows.columns_of(projection.model)
    assignments = ", ".join(f"{column} = excluded.{column}" for column in others)
    values = [rows._attributes(row) for row in changed]
    rows._insert(projection.model, values, f"ON CONFLICT (id) DO UPDATE SET {assignments}")


@pytest.mark.parametrize(
    ("upsert", "version"), [(rows.upsert, 3), (unguarded_upsert, 1)], ids=["ours", "unguarded"]
)
def test_upsert__without_the_version_guard_takes_a_row_back(
    projection: Projection[Any], upsert: Callable[[Projection[Any], list[ReadRow]], object], version: int
) -> None:
    append(1, product_added())
    of_a_slow_worker = fold(projection, projection.blank(1), log.read_stream(1))
    append(1, product_rated(5), product_rated(4, previous=5))
    engine.bring_up(projection, 1)

    with transaction.atomic(using=read_alias()):
        upsert(projection, [of_a_slow_worker])

    assert ProductDisplay.objects.get(id=1).version == version
