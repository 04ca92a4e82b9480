"""An installation without DEBUG, set up by its environment."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from secrets import token_urlsafe

import pytest
import requests

from tests.support.processes import Running, Service, environment

pytestmark = pytest.mark.processes

ORIGIN = "https://shop.example"


@pytest.fixture
def production(tmp_path: Path, migrated_file: Path) -> Iterator[Service]:
    shutil.copy(migrated_file, tmp_path)
    settings = {
        "DEBUG": "false",
        "SECRET_KEY": token_urlsafe(50),
        "ALLOWED_HOSTS": "127.0.0.1",
        "NUM_PROXIES": "1",
        "THROTTLE_ANON": "3/min",
        "CORS_ALLOWED_ORIGINS": ORIGIN,
    }
    env = environment(f"sqlite:///{tmp_path}/db.sqlite3", VAR_DIR=str(tmp_path)) | settings
    with Service(env, tmp_path) as service:
        yield service


def get_products(web: Running, client: str, spoofed: str = "", **headers: str) -> requests.Response:
    """The response to a request through one proxy, which appends the address of the client."""
    forwarded = f"{spoofed}, {client}" if spoofed else client
    return requests.get(
        f"{web.url}/api/v1/products/", headers={"X-Forwarded-For": forwarded, **headers}, timeout=15
    )


def test_throttle__counts_by_the_address_that_the_proxy_appends(production: Service) -> None:
    web = production.web()

    spoofing = [get_products(web, "198.51.100.1", spoofed=f"203.0.113.{n}").status_code for n in range(4)]
    another = get_products(web, "198.51.100.2")

    assert spoofing == [200, 200, 200, 429]
    assert another.status_code == 200


def test_cors__answers_the_origins_that_are_named_and_no_other(production: Service) -> None:
    web = production.web()

    named = get_products(web, "198.51.100.1", Origin=ORIGIN)
    other = get_products(web, "198.51.100.1", Origin="https://evil.example")
    preflight = requests.options(
        f"{web.url}/api/v1/commands/change-price/",
        headers={
            "Origin": ORIGIN,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "idempotency-key,if-match,consistency-token,prefer",
        },
        timeout=15,
    )

    assert named.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Consistency-Token" in named.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Origin" not in other.headers
    assert preflight.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "idempotency-key" in preflight.headers["Access-Control-Allow-Headers"]


def test_cors__unset_leaves_it_out(production: Service) -> None:
    web = production.web(CORS_ALLOWED_ORIGINS="")

    assert "Access-Control-Allow-Origin" not in get_products(web, "198.51.100.1", Origin=ORIGIN).headers


def test_start__a_malformed_rate_refuses_to_start_and_is_named(production: Service) -> None:
    done = production.manage("check", check=False, THROTTLE_USER="often")

    assert done.returncode == 1
    assert "such as 1000/min" in done.stderr


def test_metrics__each_worker_answers_for_all(production: Service, tmp_path: Path) -> None:
    directory = tmp_path / "metrics"
    directory.mkdir()
    web = production.web(
        workers=2, METRICS_TOKEN="secret", PROMETHEUS_MULTIPROC_DIR=str(directory), THROTTLE_ANON=""
    )
    for _ in range(20):
        assert get_products(web, "198.51.100.1").status_code == 200

    shown = {
        requests.get(f"{web.url}/metrics", headers={"Authorization": "Bearer secret"}, timeout=15).text
        for _ in range(8)
    }

    counted = 'products_requests_total{method="GET",status="200",view="products"} 20.0'
    assert all(counted in page for page in shown)
