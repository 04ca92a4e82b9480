"""The command projection_status and divergences: the lag of each partition, its cause, and a remedy."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections
from django.utils import timezone

from events import tasks
from events.integrity.divergences import sample_products, verify_at_random
from events.models import Checkpoint, Divergence
from events.projections import engine
from events.projections.base import Projection
from events.status import PartitionStatus, projection_status
from kernel.database.aliases import read_alias
from tests.support.streams import append, product_added, product_rated

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quiet_log")]

FailingOn = Callable[[int], AbstractContextManager[None]]


def status_of(projection: Projection[Any], partition: int) -> PartitionStatus:
    (found,) = [
        status
        for status in projection_status()
        if (status.projection, status.partition) == (projection.name, partition)
    ]
    return found


def execute_on_read_side(statement: str) -> None:
    with connections[read_alias()].cursor() as cursor:
        cursor.execute(statement)


def test_status__counts_the_waiting_events_of_the_partition(display: Projection[Any]) -> None:
    append(1, product_added(), product_rated(), recorded_at=timezone.now() - timedelta(seconds=60))
    append(2, product_added())
    behind = status_of(display, 1)
    assert (behind.lag_events, behind.position) == (2, 0)
    assert 60 <= behind.lag_seconds < 600
    engine.catch_up_all()
    current = status_of(display, 1)
    assert (current.lag_events, current.lag_seconds, current.cause) == (0, 0.0, "")


def test_status__says_when_no_worker_projects(display: Projection[Any]) -> None:
    engine.catch_up_all()
    Checkpoint.objects.update(moved_at=timezone.now() - timedelta(minutes=5))
    append(1, product_added(), recorded_at=timezone.now() - timedelta(minutes=4))
    assert "start a worker and beat" in status_of(display, 1).cause


def test_status__names_parked_products(display: Projection[Any], failing_on: FailingOn) -> None:
    with failing_on(9):
        append(9, product_added(), product_rated())
        engine.catch_up_all()
    assert status_of(display, 1).parked == [9]
    assert status_of(display, 1).cause == "parked: 9; see 'manage.py parked_keys list'"
    assert status_of(display, 2).parked == []


def test_status__says_when_a_rebuild_is_needed(display: Projection[Any]) -> None:
    engine.catch_up_all()
    Checkpoint.objects.update(projection_version=0)
    assert "manage.py rebuild_read_models product_display" in status_of(display, 0).cause


def test_projection_status__exits_with_1_only_when_an_operator_must_act(
    display: Projection[Any], failing_on: FailingOn
) -> None:
    append(1, product_added())
    call_command("projection_status", stdout=StringIO())
    with failing_on(9):
        append(9, product_added(), product_rated())
        engine.catch_up_all()
    with pytest.raises(SystemExit, match="1"):
        call_command("projection_status", stdout=StringIO())


def test_projection_status__prints_json() -> None:
    append(1, product_added())
    out = StringIO()
    call_command("projection_status", "--json", stdout=out)
    printed = json.loads(out.getvalue())
    assert [(one["projection"], one["partition"]) for one in printed] == [
        (name, partition) for name in ("product_display", "product_inventory") for partition in range(4)
    ]
    assert {"position", "head", "lag_events", "lag_seconds", "parked", "halted", "cause"} <= printed[0].keys()


def test_verify_sample__records_a_divergence_and_removes_it_once_mended(
    display: Projection[Any],
) -> None:
    append(1, product_added())
    engine.catch_up_all()
    execute_on_read_side("UPDATE products_read_productdisplay SET name = 'Wrong'")
    tasks.verify_sample()
    found = Divergence.objects.filter(where=display.name)
    assert list(found.values_list("product_id", "field", "found")) == [(1, "name", "'Wrong'")]
    assert "not what the log says: 1" in status_of(display, 1).cause
    call_command("rebuild_read_models", "product_display", "--product", "1", "--noinput", stdout=StringIO())
    verify_at_random(5)
    assert not found.exists()


def test_sample_products__draws_from_the_products_of_the_log() -> None:
    assert sample_products(5) == []
    for product_id in (3, 1_000_000, 2**53 - 1):
        append(product_id, product_added())
    assert set(sample_products(50)) <= {3, 1_000_000, 2**53 - 1}
    assert 1 <= len(sample_products(1)) <= 1


def test_verify_read_models__refuses_products_that_are_chosen_in_two_ways() -> None:
    append(1, product_added())
    with pytest.raises(CommandError, match="Give either --product or --sample") as refused:
        call_command("verify_read_models", "--product", "1", "--sample", "1", stdout=StringIO())
    assert refused.value.returncode == 2
