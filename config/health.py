"""/healthz says that the process is alive, /readyz that it can serve; to any Host: machines ask by address."""

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

_migrated: set[str] = set()  # aliases found complete once: code and tables of a process only change together


@dataclass(frozen=True)
class DatabaseState:
    """What a probe found of one database; `error` is empty when there is nothing to say."""

    reachable: bool
    migrated: bool
    error: str = ""


class HealthMiddleware:
    """Answers the two probes and Prometheus itself, before Host validation and redirects."""

    def __init__(self, get_response: _View) -> None:
        self.get_response = get_response
        self.probes: dict[str, _View] = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.probes.get(request.path_info, self.get_response)(request)


def healthz(_request: HttpRequest) -> HttpResponse:
    return _uncached({"status": "alive"}, 200)


@decorator_from_middleware(SessionMiddleware)
@decorator_from_middleware(AuthenticationMiddleware)
def readyz(request: HttpRequest) -> HttpResponse:
    """503 when migrations are missing or no database answers; one of two lost is reported with 200."""
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
    """Lag, parked keys and their causes, for staff alone: counting what waits is no work for every probe."""
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
