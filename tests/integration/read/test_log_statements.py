"""The number of statements of each query of the log, for a user with one permission."""

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connections
from django.test.utils import CaptureQueriesContext

from events.log.watermark import final_watermark
from kernel.database.aliases import write_alias
from tests.conftest import client_of
from tests.integration.read.querying import INVENTORY, PRODUCTS
from tests.support.streams import append, product_added, product_rated

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quiet_log")]

TOKEN, PERMISSIONS = 1, 2
STATEMENTS = {
    f"{PRODUCTS}7/history/": TOKEN + PERMISSIONS + 1,
    # They read the stream's head, the skipped events and the stream.
    f"{PRODUCTS}7/explain/?field=name": TOKEN + PERMISSIONS + 3,
    # They read a snapshot, the skipped events and the stream. On PostgreSQL they also read the time.
    f"{PRODUCTS}7/?as_of=2026-01-02T03:04:06Z": TOKEN + 3,
    f"{INVENTORY}7/?as_of=2026-01-02T03:04:06Z": TOKEN + 3,
    # They read the head of the log (on PostgreSQL with the open writers) and the events.
    "/api/v1/events/": TOKEN + PERMISSIONS + 2,
    "/api/v1/events/?after=1000000": TOKEN + PERMISSIONS + 1,
}
ONE_MORE_ON_POSTGRESQL = ("as_of",)


@pytest.mark.parametrize(("path", "statements"), STATEMENTS.items())
@pytest.mark.parametrize("ratings", [1, 150])
def test_log_queries__statements(user: User, path: str, statements: int, ratings: int) -> None:
    append(7, product_added(), *(product_rated(user_id=one) for one in range(ratings)))
    user.user_permissions.add(Permission.objects.get(codename="view_event", content_type__app_label="events"))
    client, connection = client_of(user), connections[write_alias()]
    final_watermark()
    if connection.vendor == "postgresql":
        statements += any(part in path for part in ONE_MORE_ON_POSTGRESQL)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    assert len(captured) == statements, [query["sql"] for query in captured.captured_queries]
