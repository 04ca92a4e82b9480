"""The page /metrics: its counters, and the clients that may read it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from prometheus_client import REGISTRY
from pytest_django import Settings
from rest_framework.test import APIClient

from kernel.actor import SYSTEM
from products_write.bus import dispatch
from products_write.bus.envelope import Envelope

pytestmark = pytest.mark.django_db


def value(page: str, series: str) -> float:
    found = re.search(rf"^{re.escape(series)} (\S+)$", page, re.MULTILINE)
    assert found, f"{series} is not in\n{page}"
    return float(found[1])


@pytest.fixture
def debug(settings: Settings) -> None:
    settings.DEBUG = True


@pytest.mark.usefixtures("debug")
def test_metrics__requests_are_counted_by_view_method_and_status(client: Client) -> None:
    series = 'products_requests_total{method="GET",status="404",view="product"}'
    client.get("/api/v1/products/1/")
    before = value(client.get("/metrics").content.decode(), series)

    client.get("/api/v1/products/2/")
    page = client.get("/metrics").content.decode()

    assert value(page, series) == before + 1
    assert value(page, 'products_request_seconds_bucket{le="+Inf",view="product"}') >= 2


@pytest.mark.usefixtures("debug")
def test_metrics__unknown_addresses_and_methods_make_no_series(client: Client) -> None:
    client.generic("BREW", "/coffee/7")
    client.get("/coffee/8")
    page = client.get("/metrics").content.decode()

    assert value(page, 'products_requests_total{method="other",status="404",view="other"}') >= 1
    assert "coffee" not in page
    assert "BREW" not in page


@pytest.mark.usefixtures("debug")
def test_metrics__commands_from_code_and_http_are_counted_by_outcome(
    client: Client, superuser_client: APIClient
) -> None:
    def counted(outcome: str) -> float:
        labels = {"command": "add-new-product", "outcome": outcome}
        return REGISTRY.get_sample_value("products_commands_total", labels) or 0

    before = {outcome: counted(outcome) for outcome in ("succeeded", "invalid", "not_authenticated")}

    dispatch.send(Envelope.of("add-new-product", {"name": "Lamp", "unit_price": "1.00"}, actor=SYSTEM))
    superuser_client.post("/api/v1/commands/add-new-product/", {"name": "Lamp"}, format="json")

    after = {outcome: counted(outcome) - was for outcome, was in before.items()}
    assert after == {"succeeded": 1, "invalid": 1, "not_authenticated": 0}


@pytest.mark.usefixtures("debug")
def test_metrics__projections_lag_and_parked_keys(client: Client, quiet_log: None) -> None:
    dispatch.send(Envelope.of("add-new-product", {"name": "Lamp", "unit_price": "1.00"}, actor=SYSTEM))
    page = client.get("/metrics").content.decode()

    lags = re.findall(
        r'products_projection_lag_events\{partition="\d+",projection="product_display"\} (\S+)', page
    )
    parked = re.findall(r"products_parked_keys\{.*\} (\S+)", page)
    assert sum(map(float, lags)) == 1
    assert parked
    assert set(parked) == {"0.0"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("debug")
def test_metrics__without_a_database_the_counters_are_shown(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE events_checkpoint RENAME TO gone")
    try:
        response = client.get("/metrics")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE gone RENAME TO events_checkpoint")

    assert response.status_code == 200
    assert "products_requests_total" in response.content.decode()
    assert "products_projection_lag_events" not in response.content.decode()


def test_metrics__outside_debug_there_is_no_such_page_without_a_token(
    client: Client, settings: Settings
) -> None:
    settings.METRICS_TOKEN = ""

    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("sent", [None, "Bearer wrong", "Bearer ", "Basic secret", "secret", "Bearer sécret"])
def test_metrics__outside_debug_only_the_bearer_of_the_token_sees_it(
    client: Client, settings: Settings, sent: str | None
) -> None:
    settings.METRICS_TOKEN = "secret"

    refused = client.get("/metrics", headers={} if sent is None else {"Authorization": sent})
    shown = client.get("/metrics", headers={"Authorization": "Bearer secret", "Host": "10.0.0.1"})

    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")
    assert "products_requests" not in refused.content.decode()
    assert shown.status_code == 200
    assert shown["Content-Type"].startswith("text/plain; version=0.0.4")


def test_metrics__processes_that_share_a_directory_answer_for_each_other(tmp_path: Path) -> None:
    shared = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    count = (
        "from kernel.metrics import COMMAND_COUNT; COMMAND_COUNT.labels('rate-product', 'succeeded').inc()"
    )
    show = "from config.metrics import _counted; print(_counted().decode())"

    for _ in range(2):
        subprocess.run([sys.executable, "-c", count], env=shared, check=True)
    setup = "import django; django.setup();"
    shown = subprocess.run(
        [sys.executable, "-c", setup + show], env=shared, check=True, capture_output=True, text=True
    )

    assert value(shown.stdout, 'products_commands_total{command="rate-product",outcome="succeeded"}') == 2
