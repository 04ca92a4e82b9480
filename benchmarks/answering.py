"""The child process of benchmarks.sides. It reads requests from stdin and writes results to stdout."""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

Work = Callable[..., tuple[int, Any]]


def answer(works: Mapping[str, Work]) -> None:
    """Serves requests until stdin ends. A work returns its number of operations, and a result that JSON can hold."""
    results = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # from here on stdout goes to stderr, so that prints do not mix with the results
    for line in sys.stdin:
        name, arguments = json.loads(line)
        started, cpu = time.perf_counter(), time.process_time()
        operations, result = works[name](**arguments)
        seconds, used = time.perf_counter() - started, time.process_time() - cpu
        results.write(json.dumps([operations, seconds, used, result]) + "\n")
        results.flush()


def repeat(operation: Callable[[], object], seconds: float) -> tuple[int, None]:
    """Calls `operation` again and again for `seconds`. Returns the number of calls."""
    count, deadline = 0, time.perf_counter() + seconds
    while time.perf_counter() < deadline:
        operation()
        count += 1
    return count, None
