"""What is counted for Prometheus while the service works; config.metrics shows it.

Counters live in the process that counts. With PROMETHEUS_MULTIPROC_DIR, a directory emptied before each start, the
processes of one machine share them through files there, and any of them answers for all.
"""

from prometheus_client import Counter, Histogram

COMMAND_COUNT = Counter(
    "products_commands",
    "Commands executed, by outcome: succeeded, replayed, failed or the code of the refusal",
    ["command", "outcome"],
)
REQUEST_COUNT = Counter("products_requests", "Requests answered", ["view", "method", "status"])
REQUEST_SECONDS = Histogram(
    "products_request_seconds",
    "Time from a request to its answer",
    ["view"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30),
)
