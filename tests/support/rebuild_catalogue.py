"""Installations with a filled and projected catalogue. Each is a copy of a template for its size."""

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg

from tests.support import rebuild_programs as programs
from tests.support.filling import fill
from tests.support.processes import Service, drop_database, environment

REBUILDING = "rebuilding"

READ_TABLES = (
    "products_read_productdisplay",
    "products_read_displaycategory",
    "products_read_displayword",
    "products_read_productinventory",
    "products_read_inventoryword",
)


class Size(NamedTuple):
    """The number of products of a catalogue, and the number of events of each product."""

    products: int
    events_each: int


class Ended(NamedTuple):
    """The end of a program: its exit status, or minus the signal that ended it, and its whole output."""

    status: int
    output: str


@dataclass
class Process:
    """A process that is forked from one with Django loaded, so that it starts at once."""

    process: BaseProcess
    log: Path

    @property
    def is_running(self) -> bool:
        return self.process.is_alive()

    def kill(self) -> None:
        """kill -9 the process."""
        self.process.kill()
        self.process.join()

    def stop(self) -> Ended:
        """End the process by SIGTERM, and wait for its end."""
        self.process.terminate()
        return self.end()

    def end(self) -> Ended:
        """Wait for its end without a time limit."""
        self.process.join()
        assert self.process.exitcode is not None
        return Ended(self.process.exitcode, self.log.read_text(errors="replace"))


_forked = multiprocessing.get_context("forkserver")
_forked.set_forkserver_preload([programs.__name__])


@dataclass
class Catalogue:
    """An installation with a catalogue of this size in the database at `url`. Its read tables are up to date."""

    url: str
    directory: Path
    size: Size
    _started: list[Process] = field(default_factory=list)

    def __enter__(self) -> "Catalogue":
        return self

    def __exit__(self, *exception: object) -> None:
        for started in self._started:
            started.kill()

    def start(
        self, program: Callable[..., None], *arguments: object, failpoint: str = "", name: str = ""
    ) -> Process:
        """Start a function of tests.support.rebuild_programs. `name` is the application_name of its sessions."""
        log = self.directory / f"{program.__name__}-{len(self._started)}.log"
        url = f"{self.url}?application_name={name or program.__name__}"
        process = _forked.Process(
            target=programs.run_in_fork, args=(url, log, failpoint, program, *arguments)
        )
        process.start()
        self._started.append(Process(process, log))
        return self._started[-1]

    def run(self, *command: str) -> Ended:
        """Run ``manage.py …`` to its end."""
        return self.start(programs.manage, *command).end()

    def rebuild(self, *arguments: str, failpoint: str = "") -> Process:
        """Start a rebuild. REBUILDING is the application_name of its sessions."""
        command = ("rebuild_read_models", "--noinput", *arguments)
        return self.start(programs.manage, *command, failpoint=failpoint, name=REBUILDING)

    def service(self) -> Service:
        """The installation as a Service, for programs that must not be forked."""
        return Service(
            environment(f"{self.url}?application_name={REBUILDING}", LOG_LEVEL="WARNING"), self.directory
        )

    def execute(self, statement: str) -> None:
        execute(self.url, statement)

    def fetch(self, statement: str) -> list[tuple[Any, ...]]:
        return fetch(self.url, statement)

    def read_tables(self) -> dict[str, str]:
        """A digest of the rows of each read table."""
        return {
            table: fetch(self.url, f"SELECT md5(string_agg(t::text, ';' ORDER BY t::text)) FROM {table} t")[
                0
            ][0]
            for table in READ_TABLES
        }

    def leftovers(self) -> list[str]:
        """The names of staging tables. Only a running rebuild has them."""
        return [name for (name,) in self.fetch(r"SELECT relname FROM pg_class WHERE relname LIKE '%\_\_%'")]

    def is_being_rebuilt(self) -> bool:
        """Whether a rebuild has sessions. Sessions of a killed rebuild last until their statement ends."""
        sessions = f"SELECT 1 FROM pg_stat_activity WHERE application_name = '{REBUILDING}'"
        return bool(self.fetch(sessions))


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def fetch(url: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(statement.encode()).fetchall()


def install(catalogue: Catalogue) -> None:
    """Migrate the empty database, fill it to its size, and project its events."""
    assert catalogue.run("migrate", "--verbosity=0").status == 0
    fill(catalogue.url, catalogue.size.products, catalogue.size.events_each)
    status, output = catalogue.rebuild().end()
    assert status == 0, output


class Templates:
    """Filled databases to copy from: one for each size, made at its first use."""

    def __init__(self, server_url: str, directory: Path) -> None:
        self.server_url, self.directory = server_url, directory
        self._made: dict[Size, str] = {}

    @contextmanager
    def copy(self, size: Size, directory: Path) -> Iterator[Catalogue]:
        """Yield a catalogue of that size. Its processes and its database end with the context."""
        if size not in self._made:
            self._made[size] = self._make(size)
        url = self._create(f"TEMPLATE {self._made[size]}")
        try:
            with Catalogue(url, directory, size) as catalogue:
                yield catalogue
        finally:
            drop_database(self.server_url, _name(url))

    def drop(self) -> None:
        for name in self._made.values():
            drop_database(self.server_url, name)

    def _make(self, size: Size) -> str:
        url = self._create()
        with Catalogue(url, self.directory, size) as catalogue:
            install(catalogue)
        return _name(url)

    def _create(self, like: str = "") -> str:
        name = f"rebuild_{uuid4().hex[:12]}"
        execute(self.server_url, f"CREATE DATABASE {name} {like}")
        return urlsplit(self.server_url)._replace(path=f"/{name}").geturl()


def _name(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")


def make_every_row_differ(catalogue: Catalogue) -> None:
    """Change the read tables as if older code had written them: other documents, no words, an older version."""
    for name in ("display", "inventory"):
        catalogue.execute(
            f"UPDATE products_read_product{name} SET projection_version = 0, document = '{OLD}' || document;"
            f" DELETE FROM products_read_{name}word;"
            f" UPDATE events_checkpoint SET projection_version = 0 WHERE projection = 'product_{name}'"
        )


OLD = "old "
"""The first characters of documents of the older code."""
