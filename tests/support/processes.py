"""Starts real processes of the service for tests, and kills them: web servers, workers, beat and commands."""

import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
import requests

from tools.processes import ROOT, free_port, spawn, stop, wait_until


@dataclass
class Running:
    """A process under test. Its output goes to `log`. `url` is empty unless it is a web server."""

    process: subprocess.Popen[bytes]
    log: Path
    url: str = ""

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self) -> int:
        """End the process by SIGTERM. Returns its exit status."""
        stop(self.process)
        return self.process.returncode

    def kill(self) -> None:
        """kill -9 the process and all processes that it started, so that no cleanup runs."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Service:
    """One installation: the environment that its processes share. The end of its context stops all of them."""

    env: Mapping[str, str]
    directory: Path
    started: list[Running] = field(default_factory=list)

    def __enter__(self) -> "Service":
        return self

    def __exit__(self, *exception: object) -> None:
        for running in reversed(self.started):
            stop(running.process)

    def manage(self, *arguments: str, check: bool = True, **env: str) -> subprocess.CompletedProcess[str]:
        """Run ``manage.py`` to its end. Raises AssertionError when it fails, unless `check` is off."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self._environment() | env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert not check or done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done

    def migrate(self) -> None:
        self.manage("migrate", "--verbosity=0")
        if self.env.get("READ_DATABASE_URL"):
            self.manage("migrate", "--database=read", "--verbosity=0")

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Execute the statement in the write database, and return its rows. It is faster than ``manage.py shell``."""
        url = self.env["DATABASE_URL"]
        if url.startswith("sqlite"):
            with closing(sqlite3.connect(urlsplit(url).path)) as connection, connection:
                return connection.execute(statement).fetchall()
        return _execute(url, statement)

    def web(self, *, workers: int = 1, threads: int = 8, **env: str) -> Running:
        """Start a web server, and wait until all its workers run and it responds."""
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        started = self._start(
            f"web-{port}",
            f"-m granian --interface wsgi --port {port} --workers {workers} --blocking-threads {threads}"
            " --workers-kill-timeout 5 --no-ws config.wsgi:application",
            env,
            url,
        )
        last_worker = f"Started worker-{workers}"
        wait_until(lambda: last_worker in started.output and _is_alive(url), started.process, started.log, 60)
        return started

    def worker(self, *, concurrency: int = 1, **env: str) -> Running:
        """Start a Celery worker, and wait until it is ready."""
        started = self._start(
            f"worker-{len(self.started)}",
            f"-m celery -A config worker --concurrency={concurrency} --without-gossip --without-mingle"
            f" --hostname=worker-{len(self.started)}@%h --loglevel=INFO",
            {"LOG_LEVEL": "INFO"} | env,
        )
        wait_until(
            lambda: re.search(r"\bready\b", started.output) is not None, started.process, started.log, 60
        )
        return started

    def beat(self, **env: str) -> Running:
        """Start Celery beat, which sweeps every SWEEP_INTERVAL seconds."""
        return self._start(f"beat-{len(self.started)}", "-m celery -A config beat", env)

    def python(self, name: str, *arguments: str, **env: str) -> Running:
        """Start another Python program in the environment of the service, such as ``manage.py …``."""
        return self._start(name, shlex.join(arguments), env)

    def _start(self, name: str, arguments: str, env: Mapping[str, str], url: str = "") -> Running:
        log = self.directory / f"{name}.log"
        with log.open("ab") as output:
            process = spawn([sys.executable, *shlex.split(arguments)], env={**self.env, **env}, output=output)
        running = Running(process, log, url)
        self.started.append(running)
        return running

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **self.env}


def environment(
    database_url: str, broker_url: str = "", read_database_url: str = "", **more: str
) -> dict[str, str]:
    """The variables of a development installation on these servers. An empty broker URL means embedded."""
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEBUG": "true",
        "DATABASE_URL": _unsynced(database_url),
        "READ_DATABASE_URL": _unsynced(read_database_url),
        "CELERY_BROKER_URL": broker_url,
        "LOG_FORMAT": "json",
        **more,
    }


def _unsynced(url: str) -> str:
    """The URL with the pragmas of config.settings.database, but without synchronous writes, which cost time.

    Tests kill processes and never the machine, so that no write gets lost.
    """
    pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA recursive_triggers=ON"
    return f"{url}?init_command={quote(pragmas)}" if url.startswith("sqlite") else url


_MIGRATED = "migrated"
_MIGRATING = 7_202  # an advisory lock


@contextmanager
def migrated_database(server_url: str, name: str) -> Iterator[str]:
    """A fresh database with all tables, copied from a template that is migrated once per server."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_MIGRATING])
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_MIGRATED]).fetchone():
            with fresh_database(server_url, f"{_MIGRATED}_half") as url:
                Service(environment(url), ROOT).migrate()
                connection.execute(f'ALTER DATABASE "{_MIGRATED}_half" RENAME TO "{_MIGRATED}"')
    with fresh_database(server_url, name, like=_MIGRATED) as url:
        yield url


@contextmanager
def fresh_database(server_url: str, name: str, like: str = "template1") -> Iterator[str]:
    """Yield the URL of a new database on the PostgreSQL server, and drop the database afterwards."""
    url = urlsplit(server_url)._replace(path=f"/{name}").geturl()
    drop_database(server_url, name)
    _execute(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
    try:
        yield url
    finally:
        drop_database(server_url, name)


def drop_database(server_url: str, name: str) -> None:
    """Drop a database, also while connections use it."""
    _execute(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _execute(url: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def _is_alive(url: str) -> bool:
    try:
        return requests.get(f"{url}/healthz", timeout=2).status_code == 200
    except requests.RequestException:
        return False


def eventually(holds: Callable[[], object], timeout: float = 15.0, pause: float = 0.05) -> None:
    """Wait until `holds()` is true. Raises AssertionError after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < deadline, f"did not come true within {timeout:.0f} s"
        time.sleep(pause)
