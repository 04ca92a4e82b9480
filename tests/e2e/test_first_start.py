"""``make run`` and ``make stack`` in a new checkout: only a new database of the checkout itself gets demo data."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg
import pytest

from tests.support.processes import fresh_database
from tools.processes import ROOT, free_port, running, spawn, wait_until

SOURCES = ("boundary", "config", "events", "facts", "kernel", "products_read", "products_write", "tools")
COUNTS = "SELECT (SELECT count(*) FROM products_write_product), (SELECT count(*) FROM events_event)"
FIRST_START, GIVEN = "First start: making a demo catalogue …", "No demo data: {} is given."
KEEPS = "No demo data: the database has events already, and keeps what it has."


@dataclass(frozen=True)
class Checkout:
    """A copy of the program in its own directory. It has no .env and no var/ until a test makes them."""

    home: Path

    @property
    def credentials(self) -> Path:
        return self.home / "var" / "demo-credentials.txt"

    @property
    def database(self) -> Path:
        return self.home / "var" / "db.sqlite3"

    def start(self, program: str = "tools.run", **env: str) -> str:
        """Start the program, wait until it serves, and end it. Returns its output."""
        log = self.home / f"{program}-{uuid4().hex}.log"
        with log.open("wb") as output:
            process = spawn(
                [sys.executable, "-m", program],
                cwd=self.home,
                env={"PORT": str(free_port()), **env},
                output=output,
            )
        with running(process):
            wait_until(lambda: "Ctrl-C ends" in log.read_text(), process, log, timeout=180)
        return log.read_text()

    def manage(self, *arguments: str) -> None:
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=self.home, env={"DEBUG": "true"}, check=True, capture_output=True)


@pytest.fixture
def checkout(monkeypatch: pytest.MonkeyPatch) -> Iterator[Checkout]:
    """A checkout without settings. Every user may enter it, because PostgreSQL started by root runs as nobody."""
    for name in ("DATABASE_URL", "READ_DATABASE_URL", "CELERY_BROKER_URL", "VAR_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings")
    with TemporaryDirectory(prefix="products-checkout-", ignore_cleanup_errors=True) as directory:
        home = Path(directory)
        home.chmod(0o755)
        for name in SOURCES:
            shutil.copytree(ROOT / name, home / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "manage.py", home)
        yield Checkout(home)


def counts(database: Path) -> tuple[int, int]:
    """The numbers of products and events."""
    with closing(sqlite3.connect(database)) as connection:
        products, events = connection.execute(COUNTS).fetchone()
        return products, events


def test_run__a_new_database_of_its_own_gets_the_demo_and_keeps_it(checkout: Checkout) -> None:
    checkout.credentials.parent.mkdir()
    checkout.credentials.write_text("of a database that is gone")

    first = checkout.start()
    sign_in, seeded = checkout.credentials.read_text(), counts(checkout.database)
    assert FIRST_START in first
    assert f"{sign_in}\n(kept in {checkout.credentials}; Ctrl-C ends)" in first
    assert sign_in.startswith("operator ")
    assert (seeded[0], seeded[1] >= 700) == (48, True)

    second = checkout.start()
    assert (FIRST_START in second, KEEPS in second) == (False, True)
    assert f"{sign_in}\n(kept in {checkout.credentials}; Ctrl-C ends)" in second
    assert (counts(checkout.database), checkout.credentials.read_text()) == (seeded, sign_in)


def test_run__a_database_of_its_own_that_has_an_event_gets_no_demo(checkout: Checkout) -> None:
    checkout.manage("migrate")
    checkout.manage("send_command", "add-new-product", '{"name": "Lamp", "unit_price": "1"}')
    printed = checkout.start()
    assert (FIRST_START in printed, KEEPS in printed) == (False, True)
    assert "manage.py createsuperuser makes a user." in printed
    assert (counts(checkout.database), checkout.credentials.exists()) == ((1, 1), False)


@pytest.mark.parametrize("in_file", [False, True])
def test_run__a_database_that_is_given_gets_tables_but_no_demo(checkout: Checkout, in_file: bool) -> None:
    given, url = checkout.home / "given.sqlite3", f"sqlite:///{checkout.home}/given.sqlite3"
    if in_file:
        (checkout.home / ".env").write_text(f"DATABASE_URL={url}\n")
    printed = checkout.start(**({} if in_file else {"DATABASE_URL": url}))
    assert (FIRST_START in printed, GIVEN.format("DATABASE_URL") in printed) == (False, True)
    assert "manage.py createsuperuser makes a user." in printed
    assert counts(given) == (0, 0)
    assert not checkout.database.exists()


def test_run__a_database_that_is_given_does_not_show_the_users_of_another(checkout: Checkout) -> None:
    checkout.credentials.parent.mkdir()
    checkout.credentials.write_text("operator   password of-another-database")
    printed = checkout.start(DATABASE_URL=f"sqlite:///{checkout.home}/given.sqlite3")
    assert "of-another-database" not in printed
    assert f"If seed_demo has filled this database, its users stand in {checkout.credentials}." in printed


def test_run__a_read_database_that_is_given_gets_no_demo(checkout: Checkout) -> None:
    read = checkout.home / "read.sqlite3"
    printed = checkout.start(READ_DATABASE_URL=f"sqlite:///{read}")
    assert (FIRST_START in printed, GIVEN.format("READ_DATABASE_URL") in printed) == (False, True)
    assert counts(checkout.database) == (0, 0)
    with closing(sqlite3.connect(read)) as connection:
        assert connection.execute("SELECT count(*) FROM products_read_productdisplay").fetchone() == (0,)


@pytest.mark.processes
def test_run__a_postgresql_that_is_given_gets_tables_but_no_demo(
    checkout: Checkout, postgres_url: str
) -> None:
    with fresh_database(postgres_url, f"given_{uuid4().hex[:12]}") as url:
        printed = checkout.start(DATABASE_URL=url)
        with psycopg.connect(url) as connection:
            assert connection.execute(COUNTS).fetchone() == (0, 0)
    assert (FIRST_START in printed, GIVEN.format("DATABASE_URL") in printed) == (False, True)


@pytest.mark.processes
def test_stack__its_own_postgresql_gets_the_demo_also_beside_a_given_database(checkout: Checkout) -> None:
    given = checkout.home / "given.sqlite3"
    (checkout.home / ".env").write_text(f"DATABASE_URL=sqlite:///{given}\n")
    first, second = (checkout.start("tools.stack") for _ in range(2))
    sign_in = (checkout.home / "var" / "stack" / "demo-credentials.txt").read_text()
    assert (FIRST_START in first, KEEPS in second, FIRST_START in second) == (True, True, False)
    assert sign_in in first
    assert sign_in in second
    assert not given.exists()
