"""Named points at which a test can kill this process, to prove that nothing is lost.

The environment variable FAILPOINT names one point. `name:n` means the n-th time that the process reaches the point.
The process then kills itself with SIGKILL. Without FAILPOINT, a point costs one comparison. Without DEBUG, FAILPOINT
has no effect.
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
    """Makes this process die at `point`, which is written like FAILPOINT. An empty text disarms it."""
    global _armed, _reaches_left
    _armed, _, nth = point.partition(":")
    _reaches_left = int(nth or 1)


def reach(name: str) -> None:
    """Kills the process here if FAILPOINT names this point. Writes the name to stderr first."""
    if _armed == name and settings.DEBUG:
        _count_down_and_die()


def _count_down_and_die() -> None:
    global _reaches_left
    _reaches_left -= 1
    if _reaches_left <= 0:
        os.write(2, f"failpoint {_armed}\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)


arm(os.environ.get("FAILPOINT", ""))
