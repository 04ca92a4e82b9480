"""The parameter as_of: a product as it was at a time in the past."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from events.models import ParkedKey
from facts.inventory import InventoryAdded
from facts.product import ProductPriceChanged
from products_read.models import ProductDisplay
from tests.integration.read.given import product
from tests.integration.read.querying import INVENTORY, PRODUCTS, faults, get_json
from tests.support.streams import append, product_added, product_rated

pytestmark = pytest.mark.django_db

JANUARY, FEBRUARY, MARCH = (datetime(2026, month, 1, 12, tzinfo=UTC) for month in (1, 2, 3))
DETAIL, WAREHOUSE_DETAIL = f"{PRODUCTS}7/", f"{INVENTORY}7/"


@pytest.fixture
def history() -> None:
    """Add product 7 in January, rate and stock it in February, raise its price in March. Project nothing."""
    append(7, product_added("Lamp", price="12.50"), recorded_at=JANUARY)
    append(7, product_rated(4), InventoryAdded(quantity=3, quantity_after=3), recorded_at=FEBRUARY)
    dearer = ProductPriceChanged(unit_price="20.00", previous_unit_price="12.50")  # type: ignore[arg-type]
    append(7, dearer, recorded_at=MARCH)


def at(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def test_as_of__is_the_document_as_it_was_recorded(user_client: APIClient, history: None) -> None:
    documents = [get_json(user_client, DETAIL, as_of=at(moment)) for moment in (JANUARY, FEBRUARY, MARCH)]
    shown = [(one["version"], one["unit_price"], one["user_rating"]) for one in documents]
    assert shown == [(1, "12.50", None), (3, "12.50", 4), (4, "20.00", 4)]


def test_as_of__now_is_the_current_document(user_client: APIClient) -> None:
    product(7, product_rated(4))
    now = get_json(user_client, DETAIL, as_of=at(timezone.now()))
    assert now == get_json(user_client, DETAIL)


def test_as_of__of_the_inventory(user_client: APIClient, history: None) -> None:
    stocks = [
        get_json(user_client, WAREHOUSE_DETAIL, as_of=at(moment))["current_stock"]
        for moment in (JANUARY, MARCH)
    ]
    assert stocks == [0, 3]


def test_as_of__a_microsecond_counts(user_client: APIClient, history: None) -> None:
    before = FEBRUARY - timedelta(microseconds=1)
    assert get_json(user_client, DETAIL, as_of=at(before))["version"] == 1


@pytest.mark.parametrize("path", [DETAIL, WAREHOUSE_DETAIL, f"{PRODUCTS}8/"])
def test_as_of__before_the_product_was_added_is_not_found(
    user_client: APIClient, history: None, path: str
) -> None:
    response = user_client.get(path, {"as_of": at(JANUARY - timedelta(seconds=1))})
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", [DETAIL, WAREHOUSE_DETAIL])
@pytest.mark.parametrize(
    "as_of", ["2026-02-01T12:00:00", "2026-02-01", "now", "0", "1770000000", "2026-02-30T12:00:00Z"]
)
def test_as_of__must_be_a_time_with_an_offset(
    user_client: APIClient, history: None, path: str, as_of: str
) -> None:
    assert faults(user_client.get(path, {"as_of": as_of})) == ["as_of"]


@pytest.mark.parametrize("path", [DETAIL, WAREHOUSE_DETAIL])
def test_as_of__the_future_is_refused(user_client: APIClient, history: None, path: str) -> None:
    for ahead in (timedelta(minutes=1), timedelta(days=3000)):
        assert faults(user_client.get(path, {"as_of": at(timezone.now() + ahead)})) == ["as_of"]


def test_as_of__a_plus_that_was_not_escaped_is_understood(user_client: APIClient, history: None) -> None:
    assert user_client.get(f"{DETAIL}?as_of=2026-01-01T14:00:00+02:00").json()["version"] == 1
    assert user_client.get(f"{DETAIL}?as_of=2026-01-01T14:00:00%2B02:00").json()["version"] == 1


def test_as_of__has_no_tag_and_is_never_304(user_client: APIClient) -> None:
    product(7)
    headers = {"If-None-Match": user_client.get(DETAIL)["ETag"]}
    response = user_client.get(DETAIL, {"as_of": at(timezone.now())}, headers=headers)
    assert response.status_code == 200
    assert "ETag" not in response


@pytest.mark.parametrize("path", [DETAIL, WAREHOUSE_DETAIL])
@pytest.mark.parametrize("as_of", [at(MARCH), "", "nonsense"])
def test_as_of__is_for_signed_in_users(api_client: APIClient, history: None, path: str, as_of: str) -> None:
    response = api_client.get(path, {"as_of": as_of})
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")


def test_as_of__neither_reads_nor_writes_the_read_row(user_client: APIClient, history: None) -> None:
    assert get_json(user_client, DETAIL, as_of=at(MARCH))["version"] == 4
    assert not ProductDisplay.objects.exists()


def test_as_of__beyond_an_event_that_cannot_be_applied_is_unavailable(
    user_client: APIClient, history: None
) -> None:
    impossible = ProductPriceChanged(unit_price="x", previous_unit_price="20.00")  # type: ignore[arg-type]
    append(7, impossible, recorded_at=MARCH + timedelta(days=1))
    response = user_client.get(DETAIL, {"as_of": at(MARCH + timedelta(days=2))})
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert get_json(user_client, DETAIL, as_of=at(MARCH))["version"] == 4
    assert not ParkedKey.objects.exists()
