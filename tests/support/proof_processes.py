"""The processes of the standing proof, and the executioner that kills them while a transaction is open."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import psycopg

from tools.processes import ROOT, spawn, stop


class Nursery:
    """Forks processes of the service through tests.support.proof_nursery."""

    def __init__(self, env: Mapping[str, str], log: Path) -> None:
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.proof_nursery"],
                cwd=ROOT,
                env={**os.environ, **env},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        self._ended: dict[int, int] = {}

    def start(self, program: str, arguments: Mapping[str, Any], log: Path, env: Mapping[str, str]) -> int:
        """Start the program in a new process. Returns its pid."""
        request = {"program": program, "arguments": arguments, "log": str(log), "env": dict(env)}
        return int(self._request(request)["pid"])

    def reap(self) -> None:
        """Fetch the exit statuses of processes that have ended since the last call."""
        self._ended |= {int(pid): status for pid, status in self._request({})["ended"].items()}

    def ended(self, pid: int) -> int | None:
        """The exit status of the process, negative for a signal. None if it still ran at the last `reap`."""
        return self._ended.get(pid)

    def close(self) -> None:
        """Kill all processes that still run."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()

    def _request(self, request: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        reply: dict[str, Any] = json.loads(self._process.stdout.readline())
        return reply


class Victim(Protocol):
    """A process that is killed and started again many times. `armed` is its failpoint, or empty."""

    name: str
    armed: str
    log: Path

    @property
    def backends(self) -> str:
        """The application_name of its present connections to PostgreSQL. Each start has another one."""

    @property
    def is_doomed(self) -> bool:
        """Whether it has a failpoint and has not died at it yet."""

    def start(self, failpoint: str = "") -> None: ...

    def pids(self) -> Sequence[int]:
        """All its processes. The main process comes first."""

    def ended(self) -> int | None: ...

    def stop(self) -> int:
        """End it by SIGTERM. Returns its exit status."""

    def wait(self) -> int: ...


class Forked:
    """A victim that the nursery forks: a writer, a follower of the log or a rebuild."""

    def __init__(
        self, nursery: Nursery, name: str, directory: Path, program: str, arguments: Mapping[str, Any]
    ) -> None:
        self.nursery, self.name, self.armed, self.log = nursery, name, "", directory / f"{name}.log"
        self.program, self.arguments = program, arguments
        self.pid, self.incarnation = 0, 0

    @property
    def backends(self) -> str:
        return f"{self.name}.{self.incarnation}"

    @property
    def is_doomed(self) -> bool:
        return bool(self.armed)

    def start(self, failpoint: str = "") -> None:
        self.armed, self.incarnation = failpoint, self.incarnation + 1
        env = {"FAILPOINT": failpoint, "PGAPPNAME": self.backends}
        self.pid = self.nursery.start(self.program, self.arguments, self.log, env)

    def pids(self) -> Sequence[int]:
        return [self.pid]

    def ended(self) -> int | None:
        return self.nursery.ended(self.pid)

    def stop(self) -> int:
        os.kill(self.pid, signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        """Wait for its end. Returns its exit status."""
        while (status := self.ended()) is None:
            time.sleep(0.002)
            self.nursery.reap()
        return status


class CeleryWorker:
    """A real Celery worker with one pool process. Only the pool process uses the database."""

    def __init__(self, env: Mapping[str, str], name: str, directory: Path) -> None:
        self.env, self.name, self.armed, self.log = env, name, "", directory / f"{name}.log"
        self.incarnation, self._log_before = 0, 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def backends(self) -> str:
        return f"{self.name}.{self.incarnation}"

    def start(self, failpoint: str = "") -> None:
        self.armed, self.incarnation = failpoint, self.incarnation + 1
        env = {**self.env, "FAILPOINT": failpoint, "PGAPPNAME": self.backends, "LOG_LEVEL": "INFO"}
        options = "--concurrency=1 --without-gossip --without-mingle --without-heartbeat --loglevel=INFO"
        with self.log.open("ab") as output:
            self._log_before = output.tell()
            self.process = spawn(
                [sys.executable, "-m", "celery", "-A", "config", "worker", *options.split()],
                env=env,
                output=output,
            )

    def pids(self) -> Sequence[int]:
        assert self.process is not None
        main = self.process.pid
        with suppress(FileNotFoundError):
            children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
            return [main, *map(int, children)]
        return [main]

    def ended(self) -> int | None:
        assert self.process is not None
        return self.process.poll()

    def stop(self) -> int:
        assert self.process is not None
        stop(self.process)
        return self.process.returncode

    def wait(self) -> int:
        assert self.process is not None
        return self.process.wait()

    @property
    def is_doomed(self) -> bool:
        """True until a pool process has died at the failpoint. Celery starts others, which die at it again."""
        with self.log.open("rb") as lines:
            lines.seek(self._log_before)
            return bool(self.armed) and b"failpoint " not in lines.read()


_OPEN = """
SELECT pid, CASE
    WHEN state = 'idle in transaction' THEN 'in an open transaction'
    ELSE 'waiting for a lock in its transaction' END
FROM pg_stat_activity
WHERE datname = current_database() AND application_name = %s AND NOT pid = ANY(%s)
    AND (state = 'idle in transaction' OR state = 'active' AND wait_event_type = 'Lock' AND backend_xid IS NOT NULL)
"""


class Executioner:
    """Kills processes and backends only while they have an open transaction, and counts the kills by place."""

    def __init__(self, database: psycopg.Connection[Any]) -> None:
        self.database = database
        self.kills: Counter[str] = Counter()
        self.terminated: Counter[str] = Counter()
        self._gone: list[int] = []

    def kill(self, victim: Victim, *, whole: bool) -> bool:
        """kill -9 the victim (`whole`) or its pool processes, if a transaction is open now. Returns whether it did."""
        with self._caught(victim) as (backend, where, pids):
            if not backend:
                return False
            killed = pids if whole else pids[1:]
            for pid in reversed(killed):
                os.kill(pid, signal.SIGKILL)
            self._gone.append(backend)
        self.kills[f"{_role(victim)}{'' if whole else ' pool process'} {where}"] += 1
        return True

    def terminate(self, victim: Victim) -> bool:
        """End the connection of the victim at the server, if a transaction is open now. Returns whether it did."""
        with self._caught(victim) as (backend, where, _):
            if not backend:
                return False
            self.database.execute("SELECT pg_terminate_backend(%s)", [backend])
            self._gone.append(backend)
        self.terminated[f"{_role(victim)} {where}"] += 1
        return True

    @contextmanager
    def _caught(self, victim: Victim) -> Iterator[tuple[int, str, list[int]]]:
        """Halt the victim. Yields the backend with an open transaction (0: none), its place, and the pids."""
        if not self._open_transaction(victim)[0]:
            yield 0, "", []
            return
        with _halted(victim.pids()) as pids:
            yield *(self._open_transaction(victim) if pids else (0, "")), pids

    def _open_transaction(self, victim: Victim) -> tuple[int, str]:
        row = self.database.execute(_OPEN, [victim.backends, self._gone]).fetchone()
        return (row[0], row[1]) if row else (0, "")


def _role(victim: Victim) -> str:
    return victim.name.partition("-")[0]


@contextmanager
def _halted(pids: Sequence[int]) -> Iterator[list[int]]:
    """Halt the processes during the block, so that their transactions do not change. Yields their pids.

    It yields no pid when a process does not halt soon: after a fork a process may wait for its child, which is halted.
    """
    alive = [pid for pid in pids if _signal(pid, signal.SIGSTOP)]
    deadline = time.monotonic() + 0.1
    try:
        while (running := any(_state(pid) not in "TZX" for pid in alive)) and time.monotonic() < deadline:
            time.sleep(0)
        yield [] if running else alive
    finally:
        for pid in alive:
            _signal(pid, signal.SIGCONT)


def _signal(pid: int, number: signal.Signals) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def _state(pid: int) -> str:
    """The state letter of ps, or X for a process that has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"
