"""Appending to the log, and reading from it."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from events import log
from events.signals import events_committed
from tests.support.streams import RECORDED_AT, append, append_open, product_added, product_rated

pytestmark = pytest.mark.django_db(transaction=True)


def test_append__numbers_each_stream_without_holes() -> None:
    append(7, product_added(), product_rated())
    append(8, product_added())
    append(7, product_rated(5, previous=4))
    assert [event.version for event in log.read_stream(7)] == [1, 2, 3]
    assert [event.version for event in log.read_stream(8)] == [1]


def test_append__is_read_back_as_it_was_recorded() -> None:
    effective_at = datetime(2025, 12, 31, tzinfo=UTC)
    (recorded,) = append(7, product_added("Ω lamp"), effective_at=effective_at)
    (read,) = log.read_stream(7)
    assert read.event == product_added("Ω lamp")
    assert (read.position, read.event_id, read.version) == (recorded.position, recorded.event_id, 1)
    assert (read.recorded_at, read.effective_at) == (RECORDED_AT, effective_at)


def test_append__refuses_a_decision_made_on_an_old_version() -> None:
    append(7, product_added())
    with pytest.raises(IntegrityError), transaction.atomic():
        append_open(7, product_rated(), after_version=0)
    assert len(list(log.read_stream(7))) == 1


def test_append__refuses_to_commit_by_itself() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        append_open(7, product_added())
    assert list(log.read_stream(7)) == []


def test_append__announces_after_commit_and_only_then() -> None:
    heard: list[frozenset[int]] = []

    def hear(product_ids: frozenset[int], **kwargs: object) -> None:
        heard.append(product_ids)

    events_committed.connect(hear)
    try:
        with transaction.atomic():
            append_open(7, product_added())
            assert heard == []
        assert heard == [frozenset({7})]
        with transaction.atomic():
            append_open(8, product_added())
            transaction.set_rollback(True)
        assert heard == [frozenset({7})]
    finally:
        events_committed.disconnect(hear)


def test_append__survives_a_receiver_that_raises() -> None:
    def fail(**kwargs: object) -> None:
        raise ZeroDivisionError

    events_committed.connect(fail)
    try:
        append(7, product_added())
    finally:
        events_committed.disconnect(fail)
    assert len(list(log.read_stream(7))) == 1


def test_read_partition__gives_its_products_between_two_positions() -> None:
    positions = {product_id: append(product_id, product_added())[0].position for product_id in (1, 2, 3, 4)}
    read = log.read_partition(after=0, upto=positions[3], partition=1, partitions=2, limit=10)
    assert [event.product_id for event in read] == [1, 3]
    later = log.read_partition(after=positions[1], upto=positions[4], partition=1, partitions=2, limit=10)
    assert [event.product_id for event in later] == [3]


def test_stream_ids__are_paged_in_order() -> None:
    for product_id in (5, 3, 9):
        append(product_id, product_added(), product_rated())
    assert log.stream_ids(0, 2) == [3, 5]
    assert log.stream_ids(5, 2) == [9]
