"""The page /metrics for Prometheus: counts of requests and commands, and the lag of the projections."""

import os
import time
from collections.abc import Callable, Iterator
from hmac import compare_digest

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import REGISTRY, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from boundary.responses.problem_pages import page_or_problem
from events.status import projection_status
from kernel.errors import NotAuthenticated, NotFound
from kernel.metrics import REQUEST_COUNT, REQUEST_SECONDS

logger = structlog.get_logger(__name__)

_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


class RequestMetricsMiddleware:
    """Middleware: counts each request by view, method and status, and measures its seconds by view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        view = match.view_name if match and match.view_name else "other"
        # Clients can invent methods; each new label value would take memory for as long as the process lives.
        method = request.method if request.method in _METHODS else "other"
        REQUEST_COUNT.labels(view, method, str(response.status_code)).inc()
        REQUEST_SECONDS.labels(view).observe(time.perf_counter() - started)
        return response


class ProjectionCollector(Collector):
    """The state of the projections. It asks the database at each scrape, so all processes report equal values."""

    def describe(self) -> list[Metric]:
        return []  # otherwise a registry may call collect() when the collector is registered

    def collect(self) -> Iterator[Metric]:
        labels = ["projection", "partition"]
        behind = GaugeMetricFamily(
            "products_projection_lag_events", "Events not projected yet", labels=labels
        )
        seconds = GaugeMetricFamily(
            "products_projection_lag_seconds", "Age of the oldest event not projected yet", labels=labels
        )
        parked = GaugeMetricFamily("products_parked_keys", "Products whose events are parked", labels=labels)
        halted = GaugeMetricFamily(
            "products_projection_halted", "1 when the projection waits for an operator, else 0", labels=labels
        )
        for found in projection_status():
            of = [found.projection, str(found.partition)]
            behind.add_metric(of, found.lag_events)
            seconds.add_metric(of, found.lag_seconds)
            parked.add_metric(of, len(found.parked))
            halted.add_metric(of, bool(found.halted))
        yield from (behind, seconds, parked, halted)


def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics as text. With DEBUG anybody may read them, else a client that sends METRICS_TOKEN as Bearer token.

    When METRICS_TOKEN is empty and DEBUG is off, the response is 404.
    """
    if not settings.DEBUG and not settings.METRICS_TOKEN:
        return page_or_problem(request, NotFound())
    if not settings.DEBUG and not _has_token(request):
        refusal = page_or_problem(request, NotAuthenticated("Send 'Authorization: Bearer <METRICS_TOKEN>'."))
        refusal["WWW-Authenticate"] = "Bearer"
        return refusal
    return HttpResponse(
        _counted() + _projected(),
        content_type=CONTENT_TYPE_PLAIN_0_0_4,
        headers={"Cache-Control": "no-store"},
    )


def _has_token(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and compare_digest(
        token.strip().encode(), settings.METRICS_TOKEN.encode()
    )


def _counted() -> bytes:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    of_all_processes = CollectorRegistry()
    MultiProcessCollector(of_all_processes)  # type: ignore[no-untyped-call]
    return generate_latest(of_all_processes)


def _projected() -> bytes:
    """The projections' metrics. Empty when a database does not answer: the counters must still be readable then."""
    of_projections = CollectorRegistry()
    of_projections.register(ProjectionCollector())
    try:
        return generate_latest(of_projections)
    except DatabaseError as error:
        logger.warning("lag_unknown", cause=str(error))
        return b""
