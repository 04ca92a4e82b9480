"""Named points at which a test can have this process killed, to prove what survives.

The environment variable FAILPOINT names one point; reaching it sends SIGKILL to the process. Without it a point
costs a comparison. Only honoured with DEBUG.
"""

import os
import signal

from django.conf import settings

AFTER_COMMIT = "after-commit"
BEFORE_CHECKPOINT_COMMIT = "before-checkpoint-commit"
AFTER_ROWS = "after-rows"
BEFORE_MERGE = "before-merge"
BEFORE_MERGE_COMMIT = "before-merge-commit"

_armed = os.environ.get("FAILPOINT", "")


def reach(name: str) -> None:
    """Die here if FAILPOINT says so."""
    if _armed == name and settings.DEBUG:
        os.kill(os.getpid(), signal.SIGKILL)
