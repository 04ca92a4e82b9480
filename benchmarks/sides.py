"""A side of a comparison: a process that does one kind of work when asked, and says how much it did."""

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
    """So many operations in so much time, of which the process itself used `cpu` seconds."""

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
    """A process of `module`, which calls benchmarks.answering.answer."""

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
        self.process.stdin.close()  # that ends it
        stop(self.process)

    def ask(self, work: str, **how: object) -> Done:
        """Have it work, and wait until it has."""
        self.begin(work, **how)
        return self.end()

    def begin(self, work: str, **how: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([work, how]).encode() + b"\n")
        self.process.stdin.flush()

    def end(self) -> Done:
        """What came of the work begun. Raises DidNotStart when the process died over it."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise DidNotStart(f"{self.process.args!r} ended with {self.process.wait()}")
        return Done(*json.loads(line))


def ask_all(sides: Sequence[Side], work: str, **how: object) -> Done:
    """Have all work at once; operations and CPU add up."""
    for side in sides:
        side.begin(work, **how)
    done = [side.end() for side in sides]
    return Done(
        sum(each.operations for each in done),
        max(each.seconds for each in done),
        sum(each.cpu for each in done),
    )
