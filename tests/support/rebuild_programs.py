"""The programs of the forked processes of the rebuild tests. Their parent imports this module, and with it Django.

`run_in_fork` connects a new process to the database of an installation, and then runs one of the programs below.
"""

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import django

django.setup()

import environ  # noqa: E402
from django.core.management import call_command, execute_from_command_line  # noqa: E402
from django.db import connections  # noqa: E402

from config.settings.database import tuned  # noqa: E402
from events.management.commands import catch_up_projections, rebuild_read_models, verify_read_models  # noqa: E402, F401
from kernel import failpoints  # noqa: E402
from kernel.actor import Actor  # noqa: E402
from products_write.bus import dispatch  # noqa: E402
from products_write.bus.envelope import Envelope  # noqa: E402

PAUSE_SECONDS = 0.01  # between two commands of a writer, so that other processes run on a small machine


def run_in_fork(url: str, log: Path, failpoint: str, program: Callable[..., None], *arguments: Any) -> None:
    """Run the program to its end in this forked process, on the database at `url`, with its output in `log`."""
    os.setsid()
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(output, stream)
    connections.settings["default"].update(tuned(environ.Env.db_url_config(url)))
    connections["default"] = connections.create_connection("default")
    failpoints.arm(failpoint)
    program(*arguments)


def manage(*arguments: str) -> None:
    """Run a command as ``manage.py`` does."""
    execute_from_command_line(["manage.py", *arguments, "--skip-checks"])


def write(seed: int, first: int, last: int) -> None:
    """Send random commands about products `first` to `last` until SIGTERM. Each is projected at once."""
    chance, must_stop = random.Random(seed), False
    actor = Actor(seed, f"user:{seed}", True, lambda permission: True)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal must_stop
        must_stop = True

    signal.signal(signal.SIGTERM, stop)
    while not must_stop:
        name, fields = _some_command(chance)
        dispatch.send(Envelope.of(name, {"product_id": chance.randint(first, last), **fields}, actor=actor))
        time.sleep(PAUSE_SECONDS)


def verify(times: int) -> None:
    """Verify everything so many times. The first difference ends the process with exit status 1."""
    for _ in range(times):
        call_command("verify_read_models")


def _some_command(chance: random.Random) -> tuple[str, dict[str, object]]:
    commands: list[tuple[str, dict[str, object]]] = [
        ("rate-product", {"rating": chance.randint(1, 5)}),
        ("change-price", {"unit_price": f"{chance.randint(100, 99_999) / 100:.2f}"}),
        ("confirm-items-shipped", {"quantity": chance.randint(1, 3)}),
        ("change-product-details", {"name": f"Renamed {chance.randint(1, 1_000)}"}),
        ("change-product-details", {"categories": [f"category-{chance.randint(10, 39)}"]}),
    ]
    return chance.choice(commands)
