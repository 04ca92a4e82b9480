"""Starts processes of the service in milliseconds: it loads Django once and then forks.

    python -m tests.support.proof_nursery

It reads requests from stdin and writes a reply to each on stdout, as one JSON object a line:

    {"program": "tests.support.proof_writer", "arguments": {…}, "log": path, "env": {…}}   {"pid": 123}
    {}                                              {"ended": {"123": -9}}, the children ended since the last request

Each child has its own session. All children are killed when stdin ends.
"""

import importlib
import json
import os
import signal
import sys
import traceback
from contextlib import suppress
from typing import Any

import django

PROGRAMS = ("tests.support.proof_writer", "tests.support.proof_management")

Request = dict[str, Any]


def main() -> None:
    django.setup()
    for program in PROGRAMS:
        importlib.import_module(program)
    running: set[int] = set()
    try:
        for line in sys.stdin:
            reply = _serve(json.loads(line), running)
            sys.stdout.write(json.dumps(reply) + "\n")
            sys.stdout.flush()
    finally:
        for pid in running:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _serve(request: Request, running: set[int]) -> dict[str, Any]:
    if request:
        pid = os.fork()
        if pid == 0:
            _run_and_exit(request)
        running.add(pid)
        return {"pid": pid}
    ended = dict(_reap())
    running -= ended.keys()
    return {"ended": ended}


def _reap() -> list[tuple[int, int]]:
    ended: list[tuple[int, int]] = []
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if pid == 0:
            return ended
        ended.append((pid, os.waitstatus_to_exitcode(status)))


def _run_and_exit(request: Request) -> None:
    """Run the requested program in this forked process, and exit. Never returns."""
    status = 1
    try:
        os.setsid()
        _redirect(request["log"])
        os.environ.update(request["env"])
        failpoints = importlib.import_module("kernel.failpoints")
        failpoints.arm(os.environ.get("FAILPOINT", ""))
        importlib.import_module(request["program"]).run(**request["arguments"])
        status = 0
    except SystemExit as exit_:
        status = exit_.code if isinstance(exit_.code, int) else 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _redirect(log: str) -> None:
    nothing, output = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for target, source in ((0, nothing), (1, output), (2, output)):
        os.dup2(source, target)


if __name__ == "__main__":
    main()
