"""Child processes. They end with their parent, in the order that the parent chooses."""

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
    """A process ended before it was ready, or took too long. The message ends with the last lines of its log."""


def free_port() -> int:
    """A TCP port on 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def end_on_sigterm() -> None:
    """Makes SIGTERM end this process as Ctrl-C does, so that every ``finally`` runs."""

    def leave(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    signal.signal(signal.SIGTERM, leave)


def _die_with_parent() -> None:
    """Makes Linux send SIGINT to the new process when its parent ends, even if the parent was killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def spawn(
    arguments: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    output: IO[bytes] | int | None = None,
    **popen: Any,
) -> Process:
    """Starts a process in a session of its own. Ctrl-C reaches only the parent, which then ends its children.

    The process gets SIGINT when the parent is killed. `env` is added to this process's environment. `output` receives
    all that the process prints. `popen` are further arguments of subprocess.Popen.
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


def stop(process: Process, with_signal: int = signal.SIGTERM, timeout: float = 20.0) -> None:
    """Asks the process to end, and waits. After `timeout` seconds it kills the process and its children."""
    if process.poll() is None:
        process.send_signal(with_signal)
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def running(process: Process, with_signal: int = signal.SIGTERM) -> Iterator[Process]:
    """Yields the process, and stops it when the block ends in any way."""
    try:
        yield process
    finally:
        stop(process, with_signal)


def wait_until(
    is_ready: Callable[[], bool],
    process: Process,
    log: Path | None = None,
    timeout: float = 30.0,
) -> None:
    """Waits until `is_ready()` is true. Raises DidNotStart when the process ends first, or after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not is_ready():
        ended = process.poll() is not None
        if ended or time.monotonic() > deadline:
            what = (
                f"ended with status {process.returncode}" if ended else f"was not ready after {timeout:.0f} s"
            )
            raise DidNotStart(f"{process.args!r} {what}.\n{tail(log)}")
        time.sleep(0.05)


def tail(log: Path | None, lines: int = 30) -> str:
    """The last lines of a log file. Empty if there is no such file."""
    if log is None or not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
