"""Starts processes of the service in milliseconds: loads Django once, then forks.

    python -m tests.support.proof_nursery

It takes requests on stdin and answers each on stdout, one JSON object a line:

    {"program": "tests.support.proof_writer", "arguments": {…}, "log": path, "env": {…}}   {"pid": 123}
    {}                                                    {"ended": {"123": -9}}, those ended since the last time

Each child is a process of its own, in a session of its own. All of them are killed when stdin ends.
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
            answer = _serve(json.loads(line), running)
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
    finally:
        for pid in running:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _serve(request: Request, running: set[int]) -> dict[str, Any]:
    if request:
        pid = os.fork()
        if pid == 0:
            _be(request)
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


def _be(request: Request) -> None:
    """Becomes the process asked for; never returns."""
    status = 1
    try:
        os.setsid()
        _redirect(request["log"])
        os.environ.update(request["env"])
        failpoints = importlib.import_module("kernel.failpoints")
        failpoints.arm(os.environ.get("FAILPOINT", ""))
        importlib.import_module(request["program"]).run(**request["arguments"])
        status = 0
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else 0
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
