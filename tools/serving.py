"""What ``make run`` and ``make stack`` share: migrate, make demo data the first time, serve, say where to look."""

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
    """Takes .env over and, where nobody says otherwise, develops: DEBUG=true."""
    environ.Env.read_env(ROOT / ".env")
    os.environ.setdefault("DEBUG", "true")


def port() -> int:
    """PORT from the environment. Raises DidNotStart when it is no port or taken."""
    given = os.environ.get("PORT") or "8000"
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise DidNotStart(f"PORT is {given!r}; it must be a number from 1 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(given)))
        except OSError as error:
            raise DidNotStart(f"Port {given}: {error.strerror}. Try another: PORT=8001 make run") from None
    return int(given)


def manage(*arguments: str, env: Mapping[str, str] | None = None) -> str:
    """Runs ``manage.py`` and returns what it printed. Raises DidNotStart with its output when it fails."""
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
    """Migrates, and makes the demo catalogue in a new database of our own; else says in one line why it does not.

    `env` is what the program adds to the environment: the databases it names are the program's own. Others, named by
    the environment or by .env, are somebody's, and get tables but no demo.
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
    """The variable by which somebody gives a database of theirs; None when all databases are the program's own."""
    return next((name for name in _DATABASES if os.environ.get(name) and name not in env), None)


def web_command(port: int, workers: int, threads: int) -> list[str]:
    """Granian serving WSGI on 127.0.0.1, each worker with that many threads for requests."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--log-level", "error"),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", str(threads)),
        *("--workers-kill-timeout", "5"),  # one that is told to stop while it starts doesn't hear it
        "config.wsgi:application",
    ]


def is_alive(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def welcome(port: int, env: Mapping[str, str]) -> str:
    """One screen: where to look and how to sign in."""
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
    """The demo's users. The file of a database of our own may lie beside one that is given, which has other users."""
    file = _credentials(env)
    if not file.exists():
        return ["manage.py createsuperuser makes a user.", "", "(Ctrl-C ends)"]
    if _given_database(env):
        hint = f"If seed_demo has filled this database, its users stand in {file}."
        return ["manage.py createsuperuser makes a user.", hint, "", "(Ctrl-C ends)"]
    return [file.read_text().rstrip(), "", f"(kept in {file}; Ctrl-C ends)"]


def _credentials(env: Mapping[str, str]) -> Path:
    return Path({**os.environ, **env}.get("VAR_DIR") or ROOT / "var") / CREDENTIALS
