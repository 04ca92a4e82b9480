"""The service never draws a product id that a client has chosen."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.errors import Unavailable
from products_write.limits import MAX_PRODUCT_ID
from products_write.models import Product
from products_write.models.product_id import draw_product_id, pass_taken_ids
from tests.support.deciding import added

pytestmark = pytest.mark.django_db


def test_draw__gives_an_id_once() -> None:
    assert draw_product_id() < draw_product_id()


def test_add__passes_ids_that_clients_took() -> None:
    first = added()
    for taken in (first + 1, first + 2, first + 4):
        added(product_id=taken)
    assert [added(), added(), added()] == [first + 3, first + 5, first + 6]


def test_add__a_run_of_ten_thousand_taken_ids_costs_a_few_statements() -> None:
    first = added()
    columns = {
        "name": "Taken",
        "unit_price": 1,
        "version": 0,
        "recorded_at": Product.objects.get().recorded_at,
    }
    Product.objects.bulk_create(Product(id=first + 1 + n, **columns) for n in range(10_000))
    with CaptureQueriesContext(connection) as captured:
        assert added() == first + 10_001
    assert len(captured) < 30
    assert added() == first + 10_002


def test_add__a_client_may_take_the_largest_id() -> None:
    assert added(product_id=MAX_PRODUCT_ID) == MAX_PRODUCT_ID
    assert added() < MAX_PRODUCT_ID


@pytest.fixture
def sequence_put_back(db: None) -> Iterator[None]:
    """Put the sequence back after the test: PostgreSQL does not roll sequences back."""
    last = draw_product_id()
    yield
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval('products_write_reservedproductid_id_seq', %s)", [last])


@pytest.mark.usefixtures("sequence_put_back")
def test_draw__refuses_beyond_the_largest_id() -> None:
    added(product_id=MAX_PRODUCT_ID - 1)
    added(product_id=MAX_PRODUCT_ID)
    pass_taken_ids(MAX_PRODUCT_ID - 1)
    with pytest.raises(Unavailable):
        draw_product_id()
