"""Named points at which a test can have this process killed, to prove what survives.

The environment variable FAILPOINT names one point, or with `name:n` the n-th time that it is reached; reaching it
sends SIGKILL to the process. Without it a point costs a comparison. Only honoured with DEBUG.
"""

import os
import signal

from django.conf import settings

AFTER_APPEND = "after-append"
AFTER_COMMIT = "after-commit"
BEFORE_CHECKPOINT_COMMIT = "before-checkpoint-commit"
AFTER_ROWS = "after-rows"
BEFORE_MERGE = "before-merge"
BEFORE_MERGE_COMMIT = "before-merge-commit"

_armed = ""
_reaches_left = 0


def arm(point: str) -> None:
    """Have this process die at `point`, written like FAILPOINT; the empty string disarms it."""
    global _armed, _reaches_left
    _armed, _, nth = point.partition(":")
    _reaches_left = int(nth or 1)


def reach(name: str) -> None:
    """Die here if FAILPOINT says so, and say it on stderr first."""
    if _armed == name and settings.DEBUG:
        _come_closer()


def _come_closer() -> None:
    global _reaches_left
    _reaches_left -= 1
    if _reaches_left <= 0:
        os.write(2, f"failpoint {_armed}\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)


arm(os.environ.get("FAILPOINT", ""))
