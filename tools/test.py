"""Runs every check and test: pytest on SQLite and on PostgreSQL, real servers and the checks of lint beside them.

    python -m tools.test [-k expression] [path …]       arguments go to pytest and leave out lint

Tests under tests/e2e and tests/faults start processes of their own, on databases of their own: they run once, last.
Exit status 1 when anything failed or no test ran.
"""

import os
import signal
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tools.processes import ROOT, DidNotStart, end_on_sigterm, running, spawn
from tools.servers import postgresql, redis_server

OWN_PROCESSES = ("tests/faults", "tests/e2e")
# Tests kill processes, never the machine: what fsync protects from doesn't happen here, and it costs time.
UNSYNCED = {"fsync": "off", "synchronous_commit": "on", "full_page_writes": "off"}
PYTEST_NO_TESTS = 5
IN_PARALLEL = ("-n", "2", "--dist", "loadfile")
WAITING_MOSTLY = ("-n", "4", "--dist", "loadfile", "--no-loadscope-reorder", "--durations=20")


@dataclass(frozen=True)
class Run:
    """How one run of pytest ended."""

    databases: str
    status: int
    passed: int
    skipped: int
    failed: int

    def __str__(self) -> str:
        return (
            f"{self.passed:6} passed  {self.failed:3} failed  {self.skipped:3} skipped   on {self.databases}"
        )


def pytest(databases: str, arguments: Sequence[str], env: dict[str, str]) -> Run:
    """One run of pytest, its output passed through."""
    print(f"\n=== {databases} ===", flush=True)
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.xml"
        command = [sys.executable, "-m", "pytest", f"--junit-xml={report}", *arguments]
        with running(spawn(command, env=env), signal.SIGINT) as process:  # pytest then still tidies up
            status = process.wait()
        counts = _counts(report)
    return Run(databases, status, **counts)


def _counts(report: Path) -> dict[str, int]:
    if not report.exists():
        return {"passed": 0, "skipped": 0, "failed": 0}
    suites = list(ET.parse(report).getroot().iter("testsuite"))
    tests, skipped, failures, errors = (
        sum(int(suite.get(name, 0)) for suite in suites)
        for name in ("tests", "skipped", "failures", "errors")
    )
    return {"passed": tests - skipped - failures - errors, "skipped": skipped, "failed": failures + errors}


def run_all(arguments: Sequence[str]) -> list[Run]:
    """All runs, on fresh servers."""
    with postgresql(settings=UNSYNCED) as database_url, redis_server() as redis_url:
        servers = {"DEBUG": "true", "TEST_POSTGRES_URL": database_url, "TEST_REDIS_URL": redis_url}
        on_postgresql = servers | {"DATABASE_URL": database_url}
        elsewhere = [f"--ignore={folder}" for folder in OWN_PROCESSES]
        if any(argument.startswith(OWN_PROCESSES) for argument in arguments):
            return [pytest("PostgreSQL, Redis and real processes", arguments, on_postgresql)]
        if arguments:
            return [
                pytest("SQLite", [*elsewhere, *arguments], servers),
                pytest("PostgreSQL and Redis", arguments, on_postgresql),
            ]
        return [
            pytest("SQLite", [*elsewhere, *IN_PARALLEL], servers),
            pytest("PostgreSQL", [*elsewhere, *IN_PARALLEL], on_postgresql),
            pytest("PostgreSQL, Redis and real processes", [*OWN_PROCESSES, *WAITING_MOSTLY], on_postgresql),
        ]


def run_all_and_lint() -> tuple[int, list[Run]]:
    """All runs, and `make lint` beside them; what it printed comes after what they print."""
    with (
        tempfile.TemporaryFile() as printed,
        running(spawn([ROOT / "tools" / "lint.sh"], output=printed)) as checks,
    ):
        runs = run_all(())
        status = checks.wait()
        printed.seek(0)
        print(f"\n=== make lint ===\n{printed.read().decode()}", end="")
    return status, runs


def main() -> int:
    end_on_sigterm()
    os.environ.pop("DATABASE_URL", None)  # the developer's own database is nobody's test database
    arguments = sys.argv[1:]
    try:
        checks, runs = (0, run_all(arguments)) if arguments else run_all_and_lint()
    except DidNotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    verdict = "left out" if arguments else "failed" if checks else "passed"
    print(f"\nChecks (make lint): {verdict}\nTests:", *runs, sep="\n", flush=True)
    ran = sum(run.passed + run.failed for run in runs)
    fine = {0, PYTEST_NO_TESTS} if arguments else {0}
    return 0 if ran and not checks and all(run.status in fine for run in runs) else 1


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        raise SystemExit(main())
