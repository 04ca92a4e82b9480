"""The servers, catalogues and processes that measurements run on."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg

from benchmarks.cpu import seconds_of_session
from benchmarks.crud.copy import copy_catalogue
from benchmarks.load import Load, load
from benchmarks.scale import Scale
from benchmarks.sides import Side
from tests.support.filling import fill
from tools.processes import ROOT, DidNotStart, free_port, running, spawn, wait_until
from tools.servers import postgresql, redis_server
from tools.serving import web_command

USERS = 50
WEB_WORKERS, WEB_THREADS = 2, 4  # as `make stack` serves
SERVICE, BASELINE, HELLO = (
    "config.wsgi:application",
    "benchmarks.crud.wsgi:application",
    "benchmarks.hello:application",
)
# The settings of a small server, for both sides. Every commit is written to disk.
POSTGRESQL = {"shared_buffers": "512MB", "max_wal_size": "4GB", "checkpoint_timeout": "15min"}


class Catalogue(NamedTuple):
    """A database in which the tables of both sides hold equal data. It has users 1 to USERS with their tokens."""

    url: str
    products: int
    events_each: int
    tokens: tuple[str, ...]


class Served(NamedTuple):
    """A round of HTTP load, and the CPU seconds that the web server used for it."""

    load: Load
    cpu: float

    @property
    def rate(self) -> float:
        """Responses per second."""
        return self.load.rate

    @property
    def cpu_ms(self) -> float:
        """CPU milliseconds of the server per response."""
        return 1000 * self.cpu / max(self.load.answers, 1)


class Web(NamedTuple):
    """A running web server. `leader` is the pid of its first process."""

    port: int
    leader: int

    def serve(self, request: Callable[[int], bytes], seconds: float) -> Served:
        """Sends load to the server for `seconds`. Raises Refused for a response that is not 2xx."""
        before = seconds_of_session(self.leader)
        done = load(self.port, request, seconds)
        return Served(done, seconds_of_session(self.leader) - before)


@dataclass
class Rig:
    """PostgreSQL, Redis and the processes that use them. All end with the rig's `with` block."""

    scale: Scale
    directory: Path
    _ends: ExitStack = field(default_factory=ExitStack)
    _made: dict[tuple[int, int], Catalogue] = field(default_factory=dict)
    _secret: str = field(default_factory=lambda: secrets.token_urlsafe(50))

    def __enter__(self) -> "Rig":
        self.server_url = self._ends.enter_context(postgresql(settings=POSTGRESQL))
        self.broker_url = self._ends.enter_context(redis_server())
        return self

    def __exit__(self, *exception: object) -> None:
        self._ends.close()

    def env(self, url: str, **more: str) -> dict[str, str]:
        """The environment of a production process on the database `url`."""
        return {
            "DEBUG": "false",
            "SECRET_KEY": self._secret,
            "ALLOWED_HOSTS": "127.0.0.1",
            "DATABASE_URL": url,
            "READ_DATABASE_URL": "",
            "CELERY_BROKER_URL": self.broker_url,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            **more,
        }

    def catalogue(self, products: int, events_each: int) -> Catalogue:
        """A new copy of a catalogue of this size, with its read tables filled."""
        if (products, events_each) not in self._made:
            self._made[products, events_each] = self._make(products, events_each)
        made = self._made[products, events_each]
        return made._replace(url=self._create(f"TEMPLATE {_name(made.url)} STRATEGY FILE_COPY"))

    def drop(self, catalogue: Catalogue) -> None:
        """Deletes the catalogue's database, to free its disk space. Its processes must have ended."""
        self.execute(self.server_url, f"DROP DATABASE {_name(catalogue.url)} WITH (FORCE)")

    def side(self, ends: ExitStack, module: str, url: str) -> Side:
        """Starts a process of `module` on the database `url`. It runs until `ends` closes, and logs to a file."""
        return ends.enter_context(Side(module, self.env(url, **self._quiet()), self._log(module)))

    def web(self, ends: ExitStack, application: str, url: str, **env: str) -> Web:
        """Starts a web server with this application on the database `url`. It runs until `ends` closes."""
        port, log = free_port(), self._log(application)
        command = [*web_command(port, WEB_WORKERS, WEB_THREADS)[:-1], application]
        with log.open("ab") as output:
            server = spawn(command, env=self.env(url, **self._quiet(), **env), output=output)
        ends.enter_context(running(server))
        wait_until(lambda: _listens(port), server, log)
        return Web(port, server.pid)

    def worker(self, ends: ExitStack, url: str) -> None:
        """Starts a Celery worker on the database `url`. It runs until `ends` closes."""
        log = self._log("worker")
        command = [
            *(sys.executable, "-m", "celery", "-A", "config"),
            "worker",
            "--concurrency=1",
            "--loglevel=INFO",
        ]
        with log.open("ab") as output:
            worker = spawn(command, env=self.env(url, LOG_LEVEL="INFO"), output=output)
        ends.enter_context(running(worker))
        wait_until(lambda: " ready" in log.read_text(errors="replace"), worker, log)

    def manage(self, url: str, *arguments: str, **env: str) -> None:
        """Runs ``manage.py`` to its end. Raises DidNotStart when it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**os.environ, **self.env(url, **self._quiet(), **env)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise DidNotStart(f"manage.py {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")

    def execute(self, url: str, statement: str) -> None:
        """Executes one SQL statement in a transaction of its own."""
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement.encode())

    def _make(self, products: int, events_each: int) -> Catalogue:
        url = self._create()
        self.manage(url, "migrate", "--verbosity=0")
        self.manage(
            url, "rebuild_read_models", "--noinput"
        )  # creates the checkpoints at the start of the log
        fill(url, products, events_each)
        self.manage(url, "rebuild_read_models", "--noinput")
        baseline = {"DJANGO_SETTINGS_MODULE": "benchmarks.crud.settings"}
        self.manage(url, "migrate", "--run-syncdb", "--verbosity=0", **baseline)
        copy_catalogue(url)
        return Catalogue(url, products, events_each, _make_users(url))

    def _create(self, like: str = "") -> str:
        name = f"bench_{uuid4().hex[:12]}"
        self.execute(self.server_url, f"CREATE DATABASE {name} {like}")
        return urlsplit(self.server_url)._replace(path=f"/{name}").geturl()

    def _quiet(self) -> dict[str, str]:
        """The settings of production logs: one line for each command, here into a file."""
        return {"LOG_LEVEL": "INFO", "LOG_FORMAT": "json"}

    def _log(self, name: str) -> Path:
        return self.directory / f"{name.partition(':')[0]}-{uuid4().hex[:6]}.log"


def _make_users(url: str) -> tuple[str, ...]:
    tokens = tuple(secrets.token_hex(20) for _ in range(USERS))
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO auth_user (id, username, password, first_name, last_name, email, is_superuser, is_staff,"
            " is_active, date_joined) VALUES (%s, %s, '!', '', '', '', false, false, true, now())",
            [(number, f"user-{number}") for number in range(1, USERS + 1)],
        )
        cursor.executemany(
            "INSERT INTO authtoken_token (key, user_id, created) VALUES (%s, %s, now())",
            [(token, number) for number, token in enumerate(tokens, start=1)],
        )
    return tokens


def _name(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    time.sleep(1.0)  # until the server's other workers have started too
    return True
