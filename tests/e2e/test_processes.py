"""The processes start, serve and end in good order."""

import requests

from tests.support.processes import Service, eventually


def test_embedded__serves_and_ends_in_good_order(embedded: Service) -> None:
    web = embedded.web()

    assert requests.get(f"{web.url}/readyz", timeout=5).json() == {"status": "ready"}
    assert requests.get(f"{web.url}/api/v1/products/", timeout=5).json()["results"] == []
    assert web.stop() == 0


def test_full_stack__beat_sweeps_through_a_worker(full_stack: Service) -> None:
    worker = full_stack.worker()
    full_stack.beat(SWEEP_INTERVAL="0.5")

    eventually(lambda: "events.sweep" in worker.output and "succeeded" in worker.output)
    assert worker.stop() == 0


def test_full_stack__web_is_ready_without_a_worker(full_stack: Service) -> None:
    web = full_stack.web(workers=2)

    assert requests.get(f"{web.url}/readyz", timeout=5).json() == {"status": "ready"}
    assert web.stop() == 0
