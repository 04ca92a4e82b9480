"""Child processes that end with their parent, in the order it chooses."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[1]
_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


Process = subprocess.Popen[bytes]


class DidNotStart(Exception):
    """A process ended, or took too long, before it was ready; the message ends with the tail of its log."""


def free_port() -> int:
    """A TCP port on 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def end_on_sigterm() -> None:
    """From now on SIGTERM ends this process like Ctrl-C does: through every ``finally``."""

    def leave(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    signal.signal(signal.SIGTERM, leave)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def spawn(
    arguments: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    output: IO[bytes] | int | None = None,
    **popen: Any,
) -> Process:
    """Starts a process in a session of its own: Ctrl-C reaches the parent alone, which ends its children.

    It gets SIGINT when the parent is killed. `env` adds to this process's; `output` takes what it prints.
    """
    return subprocess.Popen(
        [str(argument) for argument in arguments],
        cwd=popen.pop("cwd", ROOT),
        env={**os.environ, **(env or {})},
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_die_with_parent,
        **popen,
    )


def stop(process: Process, with_signal: int = signal.SIGTERM, patience: float = 20.0) -> None:
    """Asks the process to end, and after `patience` seconds ends its whole session."""
    if process.poll() is None:
        process.send_signal(with_signal)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def running(process: Process, with_signal: int = signal.SIGTERM) -> Iterator[Process]:
    """The process, stopped on the way out however that is."""
    try:
        yield process
    finally:
        stop(process, with_signal)


def wait_until(
    is_ready: Callable[[], bool],
    process: Process,
    log: Path | None = None,
    patience: float = 30.0,
) -> None:
    """Waits for `is_ready()`. Raises DidNotStart when the process ends first, or after `patience` seconds."""
    deadline = time.monotonic() + patience
    while not is_ready():
        ended = process.poll() is not None
        if ended or time.monotonic() > deadline:
            what = f"ended with {process.returncode}" if ended else f"was not ready within {patience:.0f} s"
            raise DidNotStart(f"{process.args!r} {what}\n{tail(log)}")
        time.sleep(0.05)


def tail(log: Path | None, lines: int = 30) -> str:
    if log is None or not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
