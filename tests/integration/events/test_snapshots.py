"""A past state of a long stream is folded from a snapshot near it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from django.test.utils import CaptureQueriesContext

from events.log import read_stream
from events.models import Snapshot
from events.projections import engine, snapshots
from events.projections.base import Projection, fold
from kernel.database.aliases import read_alias, write_alias
from products_read.models import ProductDisplay
from tests.support.streams import RECORDED_AT, append_open, product_added, product_rated

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quiet_log")]

RATINGS = 1_000


@pytest.fixture
def long_stream() -> None:
    """Append a thousand ratings of product 1, with a second between two of them."""
    with transaction.atomic(using=write_alias()):
        append_open(1, product_added(), after_version=0)
        for number in range(1, RATINGS + 1):
            rated = product_rated(1 + number % 5, user_id=number)
            append_open(1, rated, after_version=number, recorded_at=RECORDED_AT + timedelta(seconds=number))


def events_read(queries: CaptureQueriesContext) -> int:
    """The sum of the LIMITs of these statements: they returned at most so many events."""
    on_the_log = [query["sql"] for query in queries if "events_event" in query["sql"]]
    return sum(int(sql.rsplit("LIMIT", 1)[1].split()[0]) for sql in on_the_log)


@pytest.mark.usefixtures("long_stream")
def test_as_of__equals_the_fold_of_the_prefix_and_reads_some_hundred_events(display: Projection[Any]) -> None:
    engine.catch_up_all()
    for second in (0, 1, 199, 200, 201, 777, RATINGS):
        moment = RECORDED_AT + timedelta(seconds=second)
        with CaptureQueriesContext(connections[write_alias()]) as queries:
            past = snapshots.as_of(display, 1, moment)
        expected = fold(display, display.blank(1), read_stream(1, upto_version=second + 1))
        assert past is not None
        assert (past.version, past.document) == (second + 1, expected.document)
        assert events_read(queries) <= 2 * snapshots.SNAPSHOT_EVERY


@pytest.mark.usefixtures("long_stream")
def test_as_of__before_the_product_was_added_is_none(display: Projection[Any]) -> None:
    assert snapshots.as_of(display, 1, RECORDED_AT - timedelta(seconds=1)) is None


@pytest.mark.usefixtures("long_stream")
def test_snapshots__are_kept_every_200_versions(display: Projection[Any]) -> None:
    engine.catch_up_all()
    kept = Snapshot.objects.filter(projection=display.name).values_list("version", flat=True)
    assert list(kept) == list(range(200, RATINGS + 1, 200))


@pytest.mark.usefixtures("long_stream")
def test_snapshots__do_not_take_over_a_wrong_read_row(display: Projection[Any]) -> None:
    engine.catch_up_all()
    with connections[read_alias()].cursor() as cursor:
        cursor.execute("UPDATE products_read_productdisplay SET rating_sum = 1")
    with transaction.atomic(using=write_alias()):
        for number in range(RATINGS + 1, RATINGS + 201):
            append_open(1, product_rated(5, user_id=number), after_version=number)
    engine.catch_up_all()
    newest = snapshots.latest(display, 1)
    assert newest is not None
    assert newest.rating_sum == sum(1 + number % 5 for number in range(1, RATINGS + 1)) + 5 * 199


@pytest.mark.usefixtures("long_stream")
def test_bring_up__starts_a_missing_row_from_the_newest_snapshot(display: Projection[Any]) -> None:
    engine.catch_up_all()
    before = ProductDisplay.objects.get().document
    with connections[read_alias()].cursor() as cursor:
        cursor.execute("DELETE FROM products_read_productdisplay")
    with CaptureQueriesContext(connections[read_alias()]):
        engine.bring_up(display, 1)
    assert ProductDisplay.objects.get().document == before
