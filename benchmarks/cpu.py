"""The CPU time of processes."""

import os
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_SESSION, _USER, _SYSTEM = 3, 11, 12  # fields of /proc/<pid>/stat after the name, see proc(5)


def seconds_of_session(leader: int) -> float:
    """The CPU seconds that the living processes of a session have used. `leader` is the pid of its first process."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # the process ended after it was listed
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[_SESSION]) == leader:
                total += int(fields[_USER]) + int(fields[_SYSTEM])
    return total / _TICKS
