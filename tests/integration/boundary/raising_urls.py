"""The addresses of the service, and addresses below /api/ and outside it that raise each kind of error."""

from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from rest_framework.request import Request
from rest_framework.views import APIView

from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as service_urlpatterns

ERRORS: dict[str, type[Exception]] = {
    "bug": RuntimeError,
    "away": OperationalError,
    "suspicious": SuspiciousOperation,
    "forbidden": PermissionDenied,
    "missing": Http404,
}


def raising(_request: HttpRequest, kind: str) -> HttpResponse:
    raise ERRORS[kind]("a detail for developers")


class Raising(APIView):
    permission_classes = ()

    def get(self, request: Request, kind: str) -> Any:
        raise ERRORS[kind]("a detail for developers")


urlpatterns = [
    path("api/plain/<str:kind>/", raising),
    path("api/drf/<str:kind>/", Raising.as_view()),
    path("page/<str:kind>/", raising),
    *service_urlpatterns,
]
__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
