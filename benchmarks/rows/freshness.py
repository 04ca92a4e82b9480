"""The time until a write can be read: by anybody with a worker, and by its writer without a worker."""

import http.client
import json
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from statistics import quantiles

from benchmarks.result import Row
from benchmarks.rig import SERVICE, USERS, Catalogue, Rig, Web
from tools.processes import DidNotStart, free_port


def measure(rig: Rig) -> Iterator[Row]:
    """The percentiles of both times, in milliseconds."""
    scale = rig.scale
    catalogue = rig.catalogue(scale.products, scale.events_each)
    with ExitStack() as ends:
        rig.worker(ends, catalogue.url)
        sender = rig.side(ends, "benchmarks.service", catalogue.url)
        sender.ask("readable", samples=10, products=scale.products, users=USERS)
        done = sender.ask("readable", samples=scale.samples, products=scale.products, users=USERS)
    yield from _percentiles("commit to readable", "Celery and Redis", done.result, (10, 50), (3, 15))
    with ExitStack() as ends:
        missing_broker = f"redis://127.0.0.1:{free_port()}/0"  # no server listens there
        web = rig.web(ends, SERVICE, catalogue.url, CELERY_BROKER_URL=missing_broker)
        _own_reads(web, catalogue, 10)
        own = _own_reads(web, catalogue, scale.samples)
    yield from _percentiles(
        "POST and GET of one's own write", "no worker, no broker", own, (None, None), (None, None)
    )
    rig.drop(catalogue)


def _percentiles(
    what: str,
    against: str,
    milliseconds: list[float],
    reach: tuple[float | None, float | None],
    beyond: tuple[float | None, float | None],
) -> Iterator[Row]:
    cuts = quantiles(milliseconds, n=100, method="inclusive")
    for name, value, aim, more in zip(("p50", "p99"), (cuts[49], cuts[98]), reach, beyond, strict=True):
        yield Row(f"{what}, {name}", against, "ms", [value], reach=aim, beyond=more, at_most=True)


def _own_reads(web: Web, catalogue: Catalogue, samples: int) -> list[float]:
    """Milliseconds for a command and a read of its changes with its Consistency-Token, one after the other.

    Raises DidNotStart when the read does not show the changes.
    """
    latencies = []
    connection = http.client.HTTPConnection("127.0.0.1", web.port)
    signed = {"Authorization": f"Token {catalogue.tokens[0]}", "Content-Type": "application/json"}
    for _ in range(samples):
        product_id = random.randint(1, catalogue.products)
        started = time.perf_counter()
        body = json.dumps({"product_id": product_id, "rating": random.randint(1, 5)})
        connection.request("POST", "/api/v1/commands/rate-product/", body, signed)
        response = connection.getresponse()
        version = json.loads(response.read())["version"]
        token = {"Consistency-Token": response.headers["Consistency-Token"], "Prefer": "wait=2"}
        connection.request("GET", f"/api/v1/products/{product_id}/", headers=token)
        read = connection.getresponse()
        if json.loads(read.read())["version"] < version or read.headers["Consistency"] != "fresh":
            raise DidNotStart("A client did not see its own write.")
        latencies.append(1000 * (time.perf_counter() - started))
    return latencies
