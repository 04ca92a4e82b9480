"""The processes start, serve, and end in good order."""

from pathlib import Path

import requests

from tests.support.processes import Service, drop_database, environment, eventually, fresh_database


def test_embedded__serves_and_ends_in_good_order(embedded: Service) -> None:
    web = embedded.web()

    assert requests.get(f"{web.url}/readyz", timeout=5).json() == {"status": "ready"}
    assert requests.get(f"{web.url}/api/v1/products/", timeout=5).json()["results"] == []
    assert web.stop() == 0


def test_without_debug__a_missing_secret_key_refuses_to_start_and_is_named(embedded: Service) -> None:
    done = embedded.manage("check", check=False, DEBUG="false", SECRET_KEY="")

    assert done.returncode == 1
    assert done.stderr.startswith("manage.py can't start: SECRET_KEY is not set.")


def test_two_databases__one_lost_is_degraded_and_both_lost_is_unready(
    tmp_path: Path, postgres_url: str
) -> None:
    with (
        fresh_database(postgres_url, "write_to_lose") as write_url,
        fresh_database(postgres_url, "read_to_lose") as read_url,
        Service(
            environment(write_url, read_database_url=read_url, VAR_DIR=str(tmp_path)), tmp_path
        ) as service,
    ):
        service.migrate()
        probe = f"{service.web().url}/readyz"
        assert requests.get(probe, timeout=15).json() == {"status": "ready"}

        drop_database(postgres_url, "write_to_lose")
        degraded = requests.get(probe, timeout=15)
        drop_database(postgres_url, "read_to_lose")
        unready = requests.get(probe, timeout=15)

    assert (degraded.status_code, degraded.json()) == (200, {"status": "degraded"})
    assert (unready.status_code, unready.json()) == (503, {"status": "unready"})


def test_full_stack__beat_sweeps_through_a_worker(full_stack: Service) -> None:
    worker = full_stack.worker()
    full_stack.beat(SWEEP_INTERVAL="0.5")

    eventually(lambda: "events.sweep" in worker.output and "succeeded" in worker.output)
    assert worker.stop() == 0


def test_full_stack__web_is_ready_without_a_worker(full_stack: Service) -> None:
    web = full_stack.web(workers=2)

    assert requests.get(f"{web.url}/readyz", timeout=5).json() == {"status": "ready"}
    assert web.stop() == 0
