"""PROJECTION_SYNC: each mode projects at its own moment."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from pytest_django import Settings

from events import tasks
from events.models import ParkedKey
from events.projections.base import Projection
from events.projections.sync_modes import SyncMode, refuse_unusable_modes, sync_mode
from products_read.documents.current import read_document
from products_read.models import ProductDisplay, ProductInventory
from products_read.queries.find_products import FindProducts, find_products
from products_read.queries.keyset import Cursor
from tests.support.streams import append, append_open, product_added, product_rated

pytestmark = pytest.mark.django_db(transaction=True)

FailingOn = Callable[[int], AbstractContextManager[None]]


def display_mode(settings: Settings, mode: SyncMode) -> None:
    settings.PROJECTION_SYNC = {"product_display": mode.value, "product_inventory": "scheduled"}


def displayed_versions() -> dict[int, int]:
    return dict(ProductDisplay.objects.values_list("id", "version"))


def test_eventual__is_the_mode_of_a_projection_without_an_entry(
    display: Projection[Any], settings: Settings
) -> None:
    settings.PROJECTION_SYNC = {}
    assert sync_mode(display) is SyncMode.EVENTUAL


def test_eventual__projects_after_the_commit_and_not_before(settings: Settings) -> None:
    display_mode(settings, SyncMode.EVENTUAL)
    with transaction.atomic():
        append_open(1, product_added())
        assert displayed_versions() == {}
    assert displayed_versions() == {1: 1}


def test_inline__projects_in_the_transaction_that_appends(settings: Settings) -> None:
    display_mode(settings, SyncMode.INLINE)
    with transaction.atomic():
        append_open(1, product_added())
        assert displayed_versions() == {1: 1}
        transaction.set_rollback(True)
    assert displayed_versions() == {}


def test_inline__parks_a_failing_product_and_refuses_no_command(
    settings: Settings, failing_on: FailingOn
) -> None:
    display_mode(settings, SyncMode.INLINE)
    append(7, product_added())
    with failing_on(7):
        append(7, product_rated())
    append(7, product_rated(3, user_id=2))
    assert displayed_versions() == {7: 1}
    assert ParkedKey.objects.get().version == 2


def test_on_demand__projects_when_a_product_is_read(settings: Settings) -> None:
    display_mode(settings, SyncMode.ON_DEMAND)
    append(1, product_added())
    append(2, product_added())
    assert displayed_versions() == {}
    assert read_document(ProductDisplay, 1).version == 1
    assert displayed_versions() == {1: 1}


def test_on_demand__projects_everything_when_a_list_is_read(settings: Settings) -> None:
    display_mode(settings, SyncMode.ON_DEMAND)
    append(1, product_added())
    append(2, product_added())
    assert len(find_products(FindProducts(), Cursor()).documents) == 2


def test_scheduled__leaves_it_to_the_sweep(settings: Settings) -> None:
    display_mode(settings, SyncMode.SCHEDULED)
    append(1, product_added())
    tasks.project(1)
    assert displayed_versions() == {}
    tasks.sweep()
    assert displayed_versions() == {1: 1}
    assert ProductInventory.objects.count() == 1


@pytest.mark.parametrize(
    ("modes", "message"),
    [
        ({"product_dispaly": "inline"}, "there are: product_display, product_inventory"),
        ({"product_display": "sometimes"}, "is none of eventual, inline, on_demand, scheduled"),
    ],
)
def test_projection_sync__refuses_names_and_modes_that_do_not_exist(
    settings: Settings, modes: dict[str, str], message: str
) -> None:
    settings.PROJECTION_SYNC = modes
    with pytest.raises(ImproperlyConfigured, match=message):
        refuse_unusable_modes()
