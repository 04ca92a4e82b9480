"""A side of a comparison: a child process that does work on request and reports how much it did."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

from tools.processes import ROOT, DidNotStart, stop


class Done(NamedTuple):
    """A number of operations, the seconds that they took, and the CPU seconds of the process itself."""

    operations: int
    seconds: float
    cpu: float
    result: Any = None

    @property
    def rate(self) -> float:
        """Operations per second."""
        return self.operations / self.seconds

    @property
    def cpu_ms(self) -> float:
        """CPU milliseconds per operation."""
        return 1000 * self.cpu / max(self.operations, 1)


class Side(AbstractContextManager["Side"]):
    """A process of `module`, which must call benchmarks.answering.answer. Its stderr goes to `log`."""

    def __init__(self, module: str, env: Mapping[str, str], log: Path) -> None:
        with log.open("ab") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module],
                cwd=ROOT,
                env={**os.environ, **env},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            )

    def __exit__(self, *exception: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()  # the process ends when its stdin ends
        stop(self.process)

    def ask(self, work: str, **arguments: object) -> Done:
        """Begins `work` and waits until it is done. Raises DidNotStart when the process ends before that."""
        self.begin(work, **arguments)
        return self.end()

    def begin(self, work: str, **arguments: object) -> None:
        """Begins `work` and does not wait. Each call needs a call of `end`."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([work, arguments]).encode() + b"\n")
        self.process.stdin.flush()

    def end(self) -> Done:
        """Waits for the work that was begun. Raises DidNotStart when the process ends before it is done."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise DidNotStart(f"{self.process.args!r} ended with status {self.process.wait()}.")
        return Done(*json.loads(line))


def ask_all(sides: Sequence[Side], work: str, **arguments: object) -> Done:
    """Lets all sides work at once. Returns the sums of their operations and CPU, and the longest time."""
    for side in sides:
        side.begin(work, **arguments)
    done = [side.end() for side in sides]
    return Done(
        sum(each.operations for each in done),
        max(each.seconds for each in done),
        sum(each.cpu for each in done),
    )
