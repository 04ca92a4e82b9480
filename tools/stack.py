"""``make stack``: all parts of the service on this machine, each in a process of its own.

The parts are PostgreSQL, Redis, two web workers, a Celery worker and beat. Ctrl-C ends them all. If one of them ends,
the others end too. The data stay in var/stack/.
"""

import sys
import threading
import time
from contextlib import ExitStack, suppress
from tempfile import TemporaryDirectory
from typing import IO, NoReturn

from tools.processes import ROOT, DidNotStart, Process, end_on_sigterm, running, spawn, wait_until
from tools.servers import postgresql, redis_server
from tools.serving import development_environment, is_alive, port, prepare, web_command, welcome

HOME = ROOT / "var" / "stack"
THREADS = 4  # of each web worker
CELERY = (sys.executable, "-m", "celery", "-A", "config")


def relay(name: str, output: IO[bytes]) -> None:
    """Prints each line of a process with its name in front, from a thread in the background."""

    def copy() -> None:
        for line in output:
            sys.stdout.write(f"{name:>6} | {line.decode(errors='replace')}")
            sys.stdout.flush()

    threading.Thread(target=copy, daemon=True).start()


def start(name: str, command: list[str], env: dict[str, str]) -> Process:
    """Starts a process whose lines are printed with its name."""
    process = spawn(command, env=env, output=-1)
    assert process.stdout is not None
    relay(name, process.stdout)
    return process


def serve(stack: ExitStack) -> NoReturn:
    """Starts all parts and waits. Raises DidNotStart when one of them ends by itself."""
    number = port()
    env = {
        "DATABASE_URL": stack.enter_context(postgresql(HOME / "postgresql")),
        "CELERY_BROKER_URL": stack.enter_context(redis_server(HOME / "redis")),
        "VAR_DIR": str(HOME),
        "WEB_THREADS": str(THREADS),
        "PROMETHEUS_MULTIPROC_DIR": stack.enter_context(TemporaryDirectory(prefix="products-metrics-")),
    }
    prepare(env)
    commands = {
        "worker": [*CELERY, "worker", "--concurrency=2", "--loglevel=INFO"],
        "beat": [*CELERY, "beat", "--loglevel=INFO"],
        "web": web_command(number, workers=2, threads=THREADS),
    }
    processes = {
        name: stack.enter_context(running(start(name, command, env))) for name, command in commands.items()
    }
    wait_until(lambda: is_alive(number), processes["web"])
    print(welcome(number, env), flush=True)
    while True:
        for name, process in processes.items():
            if process.poll() is not None:
                raise DidNotStart(f"{name} ended with status {process.returncode}. All other parts end too.")
        time.sleep(0.5)


def main() -> int:
    """Runs the stack until Ctrl-C or SIGTERM. Returns 1 when a part did not start or ended by itself."""
    end_on_sigterm()
    development_environment()
    try:
        with ExitStack() as stack:
            serve(stack)
    except DidNotStart as reason:
        print(reason, file=sys.stderr)
        return 1


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        raise SystemExit(main())
