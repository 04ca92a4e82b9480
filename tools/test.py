"""Runs all tests, on SQLite and on PostgreSQL with Redis, and the checks of `make lint` at the same time.

    python -m tools.test [-k expression] [path …]       arguments go to pytest; with arguments there are no checks

Tests in tests/e2e and tests/faults start processes on databases of their own. They run once, at the end. The exit
status is 1 when something failed or no test ran.
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
# Tests kill processes but never the machine. Only a crash of the machine needs fsync, and without it tests run faster.
UNSYNCED = {"fsync": "off", "synchronous_commit": "on", "full_page_writes": "off"}
PYTEST_NO_TESTS = 5  # pytest's exit status when it collected no test
IN_PARALLEL = ("-n", "2", "--dist", "loadfile")
# More workers, because these tests mostly wait for their processes. Their order stays: tests/conftest.py puts the slow
# files first.
WAITING_MOSTLY = ("-n", "4", "--dist", "loadfile", "--no-loadscope-reorder", "--durations=20")


@dataclass(frozen=True)
class Run:
    """The result of one run of pytest."""

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
    """Runs pytest once. Its output goes to the terminal."""
    print(f"\n=== {databases} ===", flush=True)
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.xml"
        command = [sys.executable, "-m", "pytest", f"--junit-xml={report}", *arguments]
        with running(spawn(command, env=env), signal.SIGINT) as process:  # SIGINT lets pytest clean up
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
    """All runs of pytest for these arguments, on servers that are started for them. Raises DidNotStart."""
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
    """All runs of pytest, and `make lint` at the same time. Returns the exit status of lint, and the runs.

    The output of lint is printed after that of the tests.
    """
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
    """Runs what the command line says, and prints a summary. Returns the exit status."""
    end_on_sigterm()
    os.environ.pop("DATABASE_URL", None)  # tests must not run on the developer's own database
    arguments = sys.argv[1:]
    try:
        checks, runs = (0, run_all(arguments)) if arguments else run_all_and_lint()
    except DidNotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    verdict = "not run" if arguments else "failed" if checks else "passed"
    print(f"\nChecks (make lint): {verdict}\nTests:", *runs, sep="\n", flush=True)
    ran = sum(run.passed + run.failed for run in runs)
    fine = {0, PYTEST_NO_TESTS} if arguments else {0}
    return 0 if ran and not checks and all(run.status in fine for run in runs) else 1


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        raise SystemExit(main())
