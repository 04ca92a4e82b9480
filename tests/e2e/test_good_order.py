"""A web server that gets SIGTERM first answers the requests that it has begun."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

from tests.e2e.test_whole_loop import signed_up
from tests.support.processes import Running, Service, eventually

pytestmark = pytest.mark.processes


class Load:
    """Clients that send commands without a pause, until the server no longer listens.

    When the server ends, it closes connections that it has not read yet. It has not begun their requests.
    """

    def __init__(self, web: Running, headers: dict[str, str], clients: int = 6) -> None:
        self.web, self.headers = web, headers
        self.statuses: list[int] = []
        self.threads = [
            threading.Thread(target=self.send_commands, args=(number,)) for number in range(clients)
        ]

    def send_commands(self, number: int) -> None:
        count = 0
        while True:
            count += 1
            product = {"name": f"Lamp {number}-{count}", "unit_price": "1.00"}
            try:
                answer = requests.post(
                    f"{self.web.url}/api/v1/commands/add-new-product/",
                    json=product,
                    headers=self.headers,
                    timeout=30,
                )
                self.statuses.append(answer.status_code)
            except requests.ConnectionError:
                return

    @contextmanager
    def running(self) -> Iterator[None]:
        for thread in self.threads:
            thread.start()
        yield
        for thread in self.threads:
            thread.join(30)


def test_sigterm__under_load_begun_requests_are_answered_and_nothing_is_lost(full_stack: Service) -> None:
    web, headers = full_stack.web(workers=2), signed_up(full_stack, "ada")
    load = Load(web, headers)

    with load.running():
        eventually(lambda: len(load.statuses) > 20, timeout=60)
        status = web.stop()

    assert status == 0
    assert set(load.statuses) == {201}
    full_stack.manage("catch_up_projections")
    full_stack.manage("verify_read_models")
    assert full_stack.sql("SELECT count(*) FROM products_write_product") == [(len(load.statuses),)]
