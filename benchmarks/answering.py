"""The other end of benchmarks.sides: does what it is asked on stdin, and answers on stdout."""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

Work = Callable[..., tuple[int, Any]]


def answer(works: Mapping[str, Work]) -> None:
    """Serve until stdin ends. A work returns its number of operations and whatever else it has to say."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever prints must not get between the answers
    for line in sys.stdin:
        name, how = json.loads(line)
        started, cpu = time.perf_counter(), time.process_time()
        operations, result = works[name](**how)
        seconds, used = time.perf_counter() - started, time.process_time() - cpu
        answers.write(json.dumps([operations, seconds, used, result]) + "\n")
        answers.flush()


def repeat(operation: Callable[[], object], seconds: float) -> tuple[int, None]:
    """Call `operation` again and again for so long; how often that was."""
    count, deadline = 0, time.perf_counter() + seconds
    while time.perf_counter() < deadline:
        operation()
        count += 1
    return count, None
