"""Canaries stand in all places of secrets, and none occurs in a log line or a response. DEBUG is off."""

from collections.abc import Iterator
from pathlib import Path
from secrets import token_urlsafe

import psycopg
import pytest
import requests

from tests.e2e.test_whole_loop import signed_up
from tests.support.processes import Running, Service, environment, migrated_database

pytestmark = pytest.mark.processes

CANARY = "canary-3b1f9c5e7d"
LIMIT = 15  # seconds


@pytest.fixture(params=["json", "console"])
def production(tmp_path: Path, postgres_url: str, request: pytest.FixtureRequest) -> Iterator[Service]:
    """An installation without DEBUG and with the most detailed logs. Its own secrets are canaries, too."""
    with migrated_database(postgres_url, f"secrets_{request.param}") as url:
        env = environment(url, VAR_DIR=str(tmp_path)) | {
            "DEBUG": "false",
            "SECRET_KEY": f"{CANARY}-key-{token_urlsafe(50)}",
            "METRICS_TOKEN": f"{CANARY}-metrics",
            "CACHE_URL": f"redis://:{CANARY}-cache@127.0.0.1:1/0",
            "THROTTLE_ANON": "100000/min",
            "ALLOWED_HOSTS": "127.0.0.1",
            "LOG_LEVEL": "DEBUG",
            "LOG_FORMAT": request.param,
        }
        with Service(env, tmp_path) as service:
            yield service


def everywhere(web: Running) -> list[requests.Response]:
    """The responses to requests with a canary in every place where clients put secrets."""
    commands = f"{web.url}/api/v1/commands"
    secret = {"password": CANARY, "token": CANARY, "name": "Lamp", "unit_price": CANARY}
    return [
        requests.get(f"{web.url}/api/v1/products/", headers={"X-Api-Key": CANARY}, timeout=LIMIT),
        requests.get(
            f"{web.url}/api/v1/products/", headers={"Authorization": f"Token {CANARY}"}, timeout=LIMIT
        ),
        requests.get(
            f"{web.url}/api/v1/inventory/", headers={"Authorization": f"Bearer {CANARY}"}, timeout=LIMIT
        ),
        requests.get(f"{web.url}/api/v1/inventory/", cookies={"sessionid": CANARY}, timeout=LIMIT),
        requests.get(f"{web.url}/api/v1/products/", headers={"Host": f"{CANARY}.example"}, timeout=LIMIT),
        requests.get(f"{web.url}/metrics", headers={"Authorization": f"Bearer {CANARY}"}, timeout=LIMIT),
        requests.post(f"{commands}/add-new-product/", json=secret, timeout=LIMIT),
        requests.post(
            f"{web.url}/api/auth/login/", data={"username": "a", "password": CANARY}, timeout=LIMIT
        ),
        requests.post(f"{web.url}/admin/login/", data={"username": "a", "password": CANARY}, timeout=LIMIT),
    ]


def test_canaries__occur_nowhere(production: Service) -> None:
    headers = signed_up(production, "ada")
    web = production.web()

    answers = everywhere(web)
    answers += [
        requests.post(
            f"{web.url}/api/v1/commands/rate-product/",
            json={"product_id": 1, "rating": 5, "password": CANARY},
            headers=headers,
            timeout=LIMIT,
        )
    ]

    assert {answer.status_code for answer in answers} == {200, 400, 401, 403}
    assert [answer.text for answer in answers if CANARY in answer.text] == []
    assert headers["Authorization"].split()[1] not in web.output
    assert CANARY not in web.output.replace(f"{CANARY}.example", "")  # a host name is not a secret
    assert "not_counting" in web.output  # the logs are detailed: the test looks at real lines


def test_canaries__not_in_a_traceback_either(production: Service) -> None:
    headers = signed_up(production, "ada")
    web = production.web()
    with psycopg.connect(production.env["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("ALTER TABLE products_read_productdisplay RENAME COLUMN document TO gone")

    failed = requests.get(
        f"{web.url}/api/v1/products/?name={CANARY}",
        headers=headers | {"Cookie": f"sessionid={CANARY}"},
        timeout=LIMIT,
    )

    assert (failed.status_code, failed.json()["code"]) == (500, "internal")
    assert "gone" not in failed.text
    assert "Traceback" in web.output
    assert CANARY not in web.output
    assert headers["Authorization"].split()[1] not in web.output


def test_canaries__not_when_the_database_refuses_the_password(tmp_path: Path, postgres_url: str) -> None:
    wrong = postgres_url.replace("://products:", f"://products:{CANARY}")
    env = environment(wrong, f"redis://:{CANARY}@127.0.0.1:1/0", VAR_DIR=str(tmp_path))
    with Service(
        env | {"DEBUG": "false", "SECRET_KEY": token_urlsafe(50), "ALLOWED_HOSTS": "*"}, tmp_path
    ) as service:
        web = service.web()
        answers = [
            requests.get(f"{web.url}{path}", timeout=LIMIT)
            for path in ("/api/v1/products/", "/readyz", "/api/auth/logout/")
        ]

    assert [answer.status_code for answer in answers] == [503, 503, 405]
    assert CANARY not in web.output + "".join(answer.text for answer in answers)
