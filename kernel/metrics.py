"""Counters for Prometheus, which the service increments while it works. config.metrics serves them.

A counter belongs to one process. With PROMETHEUS_MULTIPROC_DIR, the processes of one machine share their counters
through files in that directory, and each process can serve the sums. The directory must be empty at every start.
"""

from prometheus_client import Counter, Histogram

COMMAND_COUNT = Counter(
    "products_commands",
    "Commands executed, by outcome: succeeded, replayed, failed or the error code of the refusal",
    ["command", "outcome"],
)
REQUEST_COUNT = Counter("products_requests", "Requests answered", ["view", "method", "status"])
REQUEST_SECONDS = Histogram(
    "products_request_seconds",
    "Seconds from a request to its response",
    ["view"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30),
)
