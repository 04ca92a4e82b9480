"""The probes: /healthz for a living process, /readyz for one that can serve.

They answer under any Host header, because load balancers and Prometheus call a process by its address.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.decorators import decorator_from_middleware
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from config.metrics import metrics
from events.status import projection_status

_View = Callable[[HttpRequest], HttpResponseBase]

# Aliases of databases that have all migrations. A running process keeps its code, so one look at each is enough.
_migrated: set[str] = set()


@dataclass(frozen=True)
class DatabaseState:
    """The state of one database. `error` is the database's message, or empty."""

    reachable: bool
    migrated: bool
    error: str = ""


class HealthMiddleware:
    """Answers the probes and /metrics itself, before Django checks the Host header or redirects."""

    def __init__(self, get_response: _View) -> None:
        self.get_response = get_response
        self.probes: dict[str, _View] = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.probes.get(request.path_info, self.get_response)(request)


def healthz(_request: HttpRequest) -> HttpResponse:
    """200 while the process can answer; it looks at no database."""
    return _uncached({"status": "alive"}, 200)


@decorator_from_middleware(SessionMiddleware)
@decorator_from_middleware(AuthenticationMiddleware)
def readyz(request: HttpRequest) -> HttpResponse:
    """503 when migrations are missing or no database answers, else 200.

    `status` is "ready", "degraded" when one of two databases does not answer, or "unready". Staff also see the state
    of each database and projection.
    """
    databases = {alias: database_state(alias) for alias in connections}
    reachable = [state for state in databases.values() if state.reachable]
    ready = bool(reachable) and all(state.migrated for state in reachable)
    status = "ready" if ready and len(reachable) == len(databases) else "degraded" if ready else "unready"
    body: dict[str, object] = {"status": status}
    if reachable and _is_staff(request):
        body["databases"] = {alias: asdict(state) for alias, state in databases.items()}
        body["projections"] = _projections() if status == "ready" else []
    return _uncached(body, 200 if ready else 503)


def database_state(alias: str) -> DatabaseState:
    """Asks the database now. It raises nothing: an error of the database is part of the result."""
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 1")
        return DatabaseState(reachable=True, migrated=_is_migrated(alias))
    except DatabaseError as error:
        return DatabaseState(reachable=False, migrated=alias in _migrated, error=str(error).strip())


def _is_migrated(alias: str) -> bool:
    if alias not in _migrated:
        executor = MigrationExecutor(connections[alias])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _migrated.add(alias)
    return True


def _projections() -> list[dict[str, object]]:
    """Lag, parked keys and their causes. Only staff get them, because counting them costs too much for each probe."""
    return [found._asdict() for found in projection_status()]


def _is_staff(request: HttpRequest) -> bool:
    try:
        by_token = TokenAuthentication().authenticate(Request(request))
        user = by_token[0] if by_token else request.user
        return bool(user.is_active and user.is_staff)
    except (AuthenticationFailed, DatabaseError):
        return False


def _uncached(body: dict[str, object], status: int) -> HttpResponse:
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})
