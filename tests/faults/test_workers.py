"""Workers share partitions and take over from each other. While messages arrive, they need no sweep."""

import re
from typing import Any

import psycopg
import pytest

from tests.support.processes import Running, Service, eventually

pytestmark = [pytest.mark.processes, pytest.mark.takes_minutes]

STOCK = (
    "from kernel.actor import SYSTEM\n"
    "from products_write.bus import dispatch\n"
    "from products_write.bus.envelope import Envelope\n"
    "for product_id in range({first}, {first} + {products}):\n"
    "    about = {{'product_id': product_id, 'name': 'Lamp', 'unit_price': '1.00'}}\n"
    "    dispatch.send(Envelope.of('add-new-product', about, actor=SYSTEM))\n"
    "    stock = {{'product_id': product_id, 'quantity': 5}}\n"
    "    dispatch.send(Envelope.of('add-to-inventory', stock, actor=SYSTEM))\n"
)
STOCKED = "SELECT count(*) FROM products_read_productinventory WHERE current_stock = 5 AND version = 2"
CONNECTED = (
    "SELECT DISTINCT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
WAITING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
CUT_OFF = f"SELECT pg_terminate_backend(pid) FROM ({CONNECTED}) AS connected"


def stock(service: Service, first: int, products: int) -> None:
    service.manage("shell", "-v", "0", "-c", STOCK.format(first=first, products=products))


def stocked(service: Service) -> int:
    return int(service.sql(STOCKED)[0][0])


def projected(worker: Running) -> int:
    """The number of wake-ups that the worker has handled."""
    return len(re.findall(r"Task events\.project\[[^]]*\] succeeded", worker.output))


def test_two_workers__share_the_partitions_and_one_takes_over_when_the_other_is_killed(
    full_stack: Service,
) -> None:
    first, second = full_stack.worker(), full_stack.worker()
    full_stack.beat(SWEEP_INTERVAL="0.5")
    stock(full_stack, first=1, products=40)
    eventually(lambda: stocked(full_stack) == 40)
    assert projected(first) > 0
    assert projected(second) > 0
    first.kill()
    stock(full_stack, first=101, products=40)
    eventually(lambda: stocked(full_stack) == 80)
    full_stack.manage("verify_read_models")


def test_worker__keeps_its_connection_and_replaces_one_that_is_lost(full_stack: Service) -> None:
    full_stack.worker()
    stock(full_stack, first=1, products=4)
    eventually(lambda: stocked(full_stack) == 4)
    connected = full_stack.sql(CONNECTED)
    stock(full_stack, first=11, products=4)
    eventually(lambda: stocked(full_stack) == 8)
    assert full_stack.sql(CONNECTED) == connected != []

    assert full_stack.sql(CUT_OFF) == [(True,)] * len(connected)
    stock(full_stack, first=21, products=4)
    eventually(lambda: stocked(full_stack) == 12)


def test_wake_up__that_loses_its_connection_is_handled_again_without_a_sweep(
    full_stack: Service,
) -> None:
    full_stack.worker()
    stock(full_stack, first=1, products=1)
    eventually(lambda: stocked(full_stack) == 1)
    with psycopg.connect(full_stack.env["DATABASE_URL"]) as hindering:
        hindering.execute("SELECT FROM products_read_productinventory FOR UPDATE")
        full_stack.manage("send_command", "add-to-inventory", '{"product_id": 1, "quantity": 5}')
        eventually(lambda: full_stack.sql(WAITING))
        assert full_stack.sql(f"SELECT pg_terminate_backend(pid) FROM ({WAITING}) AS waiting") == [(True,)]
    eventually(lambda: full_stack.sql("SELECT version FROM products_read_productinventory") == [(3,)])


def test_bursts__become_readable_without_a_sweep(full_stack: Service) -> None:
    worker = full_stack.worker(concurrency=2)
    bursts = full_stack.python("bursts", "-m", "tests.support.bursts", "100", LOG_LEVEL="WARNING")
    bursts.process.wait(timeout=300)
    assert "readable=100\n" in bursts.output, f"{bursts.output}\n{worker.output}"


def test_repartition__under_load_keeps_every_guarantee(full_stack: Service) -> None:
    full_stack.worker(concurrency=2)
    full_stack.beat(SWEEP_INTERVAL="0.5")
    bursts = full_stack.python("bursts", "-m", "tests.support.bursts", "10")
    for partitions in (7, 1, 3):
        changed = full_stack.manage("repartition", str(partitions))
        assert f"divided into {partitions} partitions" in changed.stdout
    bursts.process.wait(timeout=300)
    full_stack.manage("catch_up_projections")
    full_stack.manage("verify_read_models")
    status: Any = full_stack.manage("projection_status", "--json").stdout
    assert status.count('"partition"') == 2 * 3


def test_forged_and_doubled_wake_ups__have_one_effect_and_leave_the_worker_alive(full_stack: Service) -> None:
    worker = full_stack.worker()
    stock(full_stack, first=1, products=4)
    forge = (
        "from events.tasks import project\n"
        "for forged in ([], ['x'], [None], [-1], [10**30], [1, 2, 3], [{'a': 1}], *[[1]] * 100):\n"
        "    project.app.send_task('events.project', args=forged)\n"
        "project.app.send_task('events.nothing', args=[1])\n"
    )
    full_stack.manage("shell", "-v", "0", "-c", forge)
    eventually(lambda: stocked(full_stack) == 4)
    stock(full_stack, first=11, products=4)
    eventually(lambda: stocked(full_stack) == 8)
    assert worker.process.poll() is None
    full_stack.manage("verify_read_models")
