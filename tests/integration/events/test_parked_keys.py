"""The command parked_keys: an operator lists parked products, tries, releases or skips their events."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test.utils import CaptureQueriesContext

from events.integrity.rebuild import rebuild
from events.integrity.rebuild_streams import rebuild_streams
from events.integrity.verify import verify_projection
from events.models import ParkedKey, SkippedEvent
from events.projections import engine
from events.projections.base import Projection
from events.projections.checkpoints import partitions_in_use
from kernel.database.aliases import read_alias
from products_read.models import ProductDisplay
from tests.support.streams import append, product_added, product_rated

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quiet_log")]

FailingOn = Callable[[int], AbstractContextManager[None]]
KEY = "product_display:7"


@pytest.fixture
def parked(failing_on: FailingOn) -> FailingOn:
    """Park product 7 at its rating, version 2, with a later event behind it. The rating fails again in `parked(7)`."""
    append(7, product_added())
    engine.catch_up_all()
    with failing_on(7):
        append(7, product_rated(4))
        engine.catch_up_all()
    append(7, product_added("Renamed by nobody"))
    engine.catch_up_all()
    return failing_on


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("parked_keys", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def version() -> int:
    return ProductDisplay.objects.get(pk=7).version


@pytest.mark.usefixtures("parked")
def test_list__names_the_key_and_its_error() -> None:
    assert run("list") == f"{KEY}  parked at version 2, 1 attempts  ArithmeticError: this rating cannot be\n"


def test_list__without_parked_products() -> None:
    assert run("list") == "No product is parked or held.\n"


@pytest.mark.usefixtures("parked")
def test_show__prints_the_event_and_the_traceback() -> None:
    shown = run("show", KEY)
    assert "product.rated (schema version 1)" in shown
    assert "ArithmeticError: this rating cannot be" in shown


@pytest.mark.usefixtures("parked")
def test_try__shows_the_row_before_and_after_and_changes_nothing() -> None:
    tried = run("try", KEY)
    assert "'rating_count': 0" in tried.splitlines()[0]
    assert "'rating_count': 1" in tried.splitlines()[1]
    assert (version(), ParkedKey.objects.count()) == (1, 1)


def test_try__fails_while_the_handler_raises(parked: FailingOn) -> None:
    with parked(7), pytest.raises(SystemExit, match="1"):
        run("try", KEY)
    assert ParkedKey.objects.get().attempts == 1


@pytest.mark.usefixtures("parked")
def test_release__brings_the_product_up_in_order() -> None:
    run("release", KEY)
    assert (version(), ParkedKey.objects.count()) == (3, 0)


def test_release__leaves_it_parked_while_it_fails(parked: FailingOn) -> None:
    with parked(7), pytest.raises(SystemExit, match="1"):
        run("release", KEY)
    assert (version(), ParkedKey.objects.get().attempts) == (1, 2)


def test_skip__leaves_the_event_out_of_every_fold(parked: FailingOn, display: Projection[Any]) -> None:
    with parked(7):
        run("skip", KEY, "--reason", "rated by a robot")
        assert version() == 3
        assert list(verify_projection(display, None, lambda done: None)) == []
        assert rebuild(display, lambda done: None).counts.unchanged == 1
        assert rebuild_streams(display, [7]).unchanged == 1
    assert ProductDisplay.objects.get(pk=7).rating_count == 0
    assert SkippedEvent.objects.get().reason == "rated by a robot"
    assert list(verify_projection(display, None, lambda done: None)) == []


def test_skip__without_its_record_the_row_differs_from_the_fold(
    parked: FailingOn, display: Projection[Any]
) -> None:
    with parked(7):
        run("skip", KEY, "--reason", "rated by a robot")
    SkippedEvent.objects.all().delete()
    differing = {difference.field for difference in verify_projection(display, None, lambda done: None)}
    assert "rating_count" in differing


@pytest.mark.parametrize("key", ["product_display", "nothing:7", "product_display:x"])
def test_parked_keys__refuses_a_key_it_cannot_read(key: str) -> None:
    with pytest.raises(CommandError, match="Write PROJECTION:PRODUCT_ID") as refusal:
        run("show", key)
    assert refusal.value.returncode == 2


def test_parked_keys__says_that_a_product_is_not_parked() -> None:
    with pytest.raises(CommandError, match="product_display:8 is not parked"):
        run("release", "product_display:8")


@pytest.mark.usefixtures("parked")
def test_bring_up__of_a_parked_product_asks_once_and_locks_nothing(display: Projection[Any]) -> None:
    with CaptureQueriesContext(connections[read_alias()]) as captured:
        engine.bring_up_or_park(display, 7)
    (asked,) = [query["sql"] for query in captured]
    assert "events_parkedkey" in asked
    assert version() == 1


@pytest.mark.usefixtures("parked")
def test_catch_up__does_not_read_the_row_of_a_parked_product(display: Projection[Any]) -> None:
    append(7, product_added("Renamed again"))
    with CaptureQueriesContext(connections[read_alias()]) as captured:
        engine.catch_up_partition(display, 7 % partitions_in_use())
    read = [query["sql"] for query in captured if 'FROM "products_read_productdisplay" WHERE' in query["sql"]]
    assert len(read) == 1
    assert "[7]" not in read[0]
    assert "{7}" not in read[0]
