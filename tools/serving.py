"""The common steps of ``make run`` and ``make stack``: migrate, make demo data, serve, print the addresses."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import environ

from tools.processes import ROOT, DidNotStart

CREDENTIALS = "demo-credentials.txt"  # written by seed_demo into VAR_DIR
_DATABASES = ("DATABASE_URL", "READ_DATABASE_URL")
_LOG_IS_EMPTY = "from events.models import Event; print(not Event.objects.exists())"


def development_environment() -> None:
    """Loads .env into the environment. DEBUG becomes true unless it is set."""
    environ.Env.read_env(ROOT / ".env")
    os.environ.setdefault("DEBUG", "true")


def port() -> int:
    """PORT from the environment, or 8000. Raises DidNotStart when it is not a port number or cannot be used."""
    given = os.environ.get("PORT") or "8000"
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise DidNotStart(f"PORT is {given!r}. Set it to a number from 1 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(given)))
        except OSError as error:
            raise DidNotStart(
                f"Port {given} cannot be used: {error.strerror}. Try another one: PORT=8001 make run"
            ) from None
    return int(given)


def manage(*arguments: str, env: Mapping[str, str] | None = None) -> str:
    """Runs ``manage.py`` and returns its output. Raises DidNotStart with the output when it fails."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DidNotStart(f"manage.py {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def prepare(env: Mapping[str, str]) -> None:
    """Migrates the databases, and makes the demo catalogue where the log is new. Raises DidNotStart.

    Prints one line when it makes no demo. `env` is what the program adds to the environment. The databases that it
    names are the program's own. A database that the environment or .env names belongs to somebody else: it gets
    tables and no demo.
    """
    manage("migrate", "--verbosity=0", env=env)
    if {**os.environ, **env}.get("READ_DATABASE_URL"):
        manage("migrate", "--verbosity=0", "--database=read", env=env)
    if given := _given_database(env):
        print(f"No demo data: {given} is given. 'manage.py seed_demo' makes them there.", flush=True)
    elif manage("shell", "--verbosity=0", "--command", _LOG_IS_EMPTY, env=env).strip() != "True":
        print("No demo data: the database has events already, and keeps what it has.", flush=True)
    else:
        print("First start: making a demo catalogue …", flush=True)
        manage("seed_demo", env=env)


def _given_database(env: Mapping[str, str]) -> str | None:
    """The variable that names somebody else's database; None when all databases are the program's own."""
    return next((name for name in _DATABASES if os.environ.get(name) and name not in env), None)


def web_command(port: int, workers: int, threads: int) -> list[str]:
    """The command that serves the application on 127.0.0.1. Each worker has `threads` threads for requests."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--log-level", "error"),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", str(threads)),
        *("--workers-kill-timeout", "5"),  # a worker that is still starting does not notice the order to stop
        "config.wsgi:application",
    ]


def is_alive(port: int) -> bool:
    """Whether the service at this port of 127.0.0.1 answers /healthz."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def welcome(port: int, env: Mapping[str, str]) -> str:
    """The text for the terminal: the addresses of the service, and how to sign in."""
    address = f"http://127.0.0.1:{port}"
    places = {
        "Start here": "/",
        "Products": "/api/v1/products/",
        "Commands": "/api/v1/commands/",
        "API docs": "/api/docs/",
        "Admin": "/admin/",
    }
    lines = [f"  {name:<12}{address}{path}" for name, path in places.items()]
    return "\n".join(["", *lines, "", *_sign_in(env), ""])


def _sign_in(env: Mapping[str, str]) -> list[str]:
    """The lines that say how to sign in. A database that was given has other users than those in the file."""
    file = _credentials(env)
    if not file.exists():
        return ["manage.py createsuperuser makes a user.", "", "(Ctrl-C ends)"]
    if _given_database(env):
        hint = f"If seed_demo has filled this database, its users stand in {file}."
        return ["manage.py createsuperuser makes a user.", hint, "", "(Ctrl-C ends)"]
    return [file.read_text().rstrip(), "", f"(kept in {file}; Ctrl-C ends)"]


def _credentials(env: Mapping[str, str]) -> Path:
    return Path({**os.environ, **env}.get("VAR_DIR") or ROOT / "var") / CREDENTIALS
