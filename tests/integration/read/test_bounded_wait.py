"""Waiting while others hold what is waited for: committed data, several connections."""

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
from tests.integration.read.asking import PRODUCTS
from tests.support.streams import append, product_added, product_rated

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quiet_log")]


@contextmanager
def meanwhile(what: Callable[[], object]) -> Iterator[None]:
    """Runs it in a thread of its own, with connections of its own."""

    def run() -> None:
        try:
            what()
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
    """Somebody else's transaction holds the product's row until the event is set or the block ends."""
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
    """What is said of freshness, and the seconds that it took."""
    begun = time.monotonic()
    headers = {"Consistency-Token": tokens.issue_token(7, version, version), "Prefer": prefer}
    response: Any = APIClient().get(f"{PRODUCTS}7/", headers=headers)
    return response["Consistency"], time.monotonic() - begun


@pytest.fixture
def behind() -> None:
    """Product 7 is shown in version 1 and written in version 2."""
    append(7, product_added())
    assert get(1, "wait=5")[0] == "fresh"
    append(7, product_rated())


def test_lock__is_not_waited_for_beyond_the_time(behind: None) -> None:
    with row_locked(7):
        consistency, seconds = get(2, "wait=1")
    assert consistency == "stale"
    assert 1 <= seconds < 3


def test_lock__let_go_in_time_is_as_if_it_had_not_been(behind: None) -> None:
    with row_locked(7) as release:
        threading.Timer(0.3, release.set).start()
        consistency, seconds = get(2, "wait=20")
    assert consistency == "fresh"
    assert seconds < 10


def test_lock__does_not_make_those_wait_who_may_not(behind: None, settings: Settings) -> None:
    """Ten waiters and one slot: nine are answered at once, though all of them find the row locked."""
    settings.WEB_THREADS = 4
    took: list[float] = []
    with row_locked(7):
        threads = [threading.Thread(target=ask_and_close, args=(took,)) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sum(seconds >= 3 for seconds in took) == 1
    assert len(took) == 10


def ask_and_close(took: list[float]) -> None:
    try:
        consistency, seconds = get(2, "wait=3")
        assert consistency == "stale"
        took.append(seconds)
    finally:
        connections.close_all()


@pytest.mark.parametrize(("threads", "waiters"), [(1, 1), (4, 1), (7, 1), (8, 2), (64, 16)])
def test_waiters__are_a_quarter_of_the_threads(settings: Settings, threads: int, waiters: int) -> None:
    settings.WEB_THREADS = threads
    assert slot_count() == waiters


def test_wait_for__asks_once_without_time_and_again_with_it() -> None:
    asked: list[bool] = []
    assert wait_for(lambda: bool(asked.append(True)), 0) is Wait.TIME_UP
    assert len(asked) == 1
    assert wait_for(lambda: bool(asked.append(True)) or len(asked) > 4, 5) is Wait.MET


def test_wait_for__asks_seldom() -> None:
    asked: list[bool] = []
    assert wait_for(lambda: bool(asked.append(True)), 1) is Wait.TIME_UP
    assert len(asked) <= 10


def test_waiting__leaves_its_place_to_others_even_when_it_fails(settings: Settings) -> None:
    settings.WEB_THREADS = 1
    answers = [False]
    with pytest.raises(IndexError):
        wait_for(answers.pop, 1)
    assert wait_for(lambda: False, 0.01) is Wait.TIME_UP
