"""Waiting for a row or an event while another connection holds it. The tests commit."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connections, transaction
from pytest_django import Settings
from rest_framework.test import APIClient

from events.consistency import tokens
from events.consistency.bounded_wait import Wait, slot_count, wait_for
from events.projections import rows
from events.projections.base import projection_into
from kernel.database.aliases import read_alias
from products_read.models import ProductDisplay
from tests.integration.read.querying import PRODUCTS
from tests.support.streams import append, product_added, product_rated

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quiet_log")]


@contextmanager
def meanwhile(action: Callable[[], object]) -> Iterator[None]:
    """Run the action in a thread of its own, with its own connections."""

    def run() -> None:
        try:
            action()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        thread.join()


@contextmanager
def row_locked(product_id: int) -> Iterator[threading.Event]:
    """Another transaction locks the product's row until the test sets the event or the block ends."""
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic(using=read_alias()):
            rows.load_locked(projection_into(ProductDisplay), [product_id])
            held.set()
            release.wait(10)

    with meanwhile(hold):
        held.wait(10)
        try:
            yield release
        finally:
            release.set()


def get(version: int, prefer: str) -> tuple[str, float]:
    """The header Consistency of the response, and the seconds that the request took."""
    begun = time.monotonic()
    headers = {"Consistency-Token": tokens.issue_token(7, version, version), "Prefer": prefer}
    response: Any = APIClient().get(f"{PRODUCTS}7/", headers=headers)
    return response["Consistency"], time.monotonic() - begun


@pytest.fixture
def behind() -> None:
    """Bring product 7 to version 2, while its row stays at version 1."""
    append(7, product_added())
    assert get(1, "wait=5")[0] == "fresh"
    append(7, product_rated())


def test_lock__is_not_waited_for_beyond_the_time(behind: None) -> None:
    with row_locked(7):
        consistency, seconds = get(2, "wait=1")
    assert consistency == "stale"
    assert 1 <= seconds < 3


def test_lock__released_in_time_has_no_effect(behind: None) -> None:
    with row_locked(7) as release:
        threading.Timer(0.3, release.set).start()
        consistency, seconds = get(2, "wait=20")
    assert consistency == "fresh"
    assert seconds < 10


def test_lock__without_a_slot_there_is_no_waiting(behind: None, settings: Settings) -> None:
    """Ten clients prefer to wait for a locked row, and there is one slot. Nine are answered at once."""
    settings.WEB_THREADS = 4
    took: list[float] = []
    with row_locked(7):
        threads = [threading.Thread(target=get_and_close, args=(took,)) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sum(seconds >= 3 for seconds in took) == 1
    assert len(took) == 10


def get_and_close(took: list[float]) -> None:
    try:
        consistency, seconds = get(2, "wait=3")
        assert consistency == "stale"
        took.append(seconds)
    finally:
        connections.close_all()


@pytest.mark.parametrize(("threads", "slots"), [(1, 1), (4, 1), (7, 1), (8, 2), (64, 16)])
def test_slot_count__is_a_quarter_of_the_threads(settings: Settings, threads: int, slots: int) -> None:
    settings.WEB_THREADS = threads
    assert slot_count() == slots


def test_wait_for__checks_once_without_time_and_repeatedly_with_it() -> None:
    checks: list[bool] = []
    assert wait_for(lambda: bool(checks.append(True)), 0) is Wait.TIME_UP
    assert len(checks) == 1
    assert wait_for(lambda: bool(checks.append(True)) or len(checks) > 4, 5) is Wait.MET


def test_wait_for__checks_seldom() -> None:
    checks: list[bool] = []
    assert wait_for(lambda: bool(checks.append(True)), 1) is Wait.TIME_UP
    assert len(checks) <= 10


def test_wait_for__frees_its_slot_when_the_condition_fails(settings: Settings) -> None:
    settings.WEB_THREADS = 1
    answers = [False]
    with pytest.raises(IndexError):
        wait_for(answers.pop, 1)
    assert wait_for(lambda: False, 0.01) is Wait.TIME_UP
