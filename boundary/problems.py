"""Every error as application/problem+json (RFC 9457), and the one map from a code to its HTTP status."""

from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from rest_framework import exceptions
from rest_framework.response import Response

from boundary.correlation import current_correlation_id
from boundary.errors import (
    FieldFault,
    Invalid,
    NotAuthenticated,
    NotFound,
    PermissionDenied,
    ServiceError,
    Unavailable,
    UnsupportedMediaType,
)

logger = structlog.get_logger(__name__)

CONTENT_TYPE = "application/problem+json"

STATUS: dict[str, tuple[int, str]] = {
    "invalid": (400, "The input is not valid"),
    "not_authenticated": (401, "Sign in first"),
    "permission_denied": (403, "Not allowed"),
    "csrf_failed": (403, "CSRF check failed"),
    "not_found": (404, "Not found"),
    "product_not_found": (404, "No such product"),
    "user_not_found": (404, "No such user"),
    "method_not_allowed": (405, "Method not allowed"),
    "not_acceptable": (406, "Not acceptable"),
    "command_in_progress": (409, "This command is being executed"),
    "insufficient_stock": (409, "Not enough stock"),
    "product_discontinued": (409, "The product is discontinued"),
    "product_id_taken": (409, "The product id is taken"),
    "sku_taken": (409, "The SKU is taken"),
    "rating_not_found": (409, "There is no rating to withdraw"),
    "not_discontinued": (409, "The product is not discontinued"),
    "relation_not_found": (409, "The products are not related"),
    "self_relation": (409, "A product cannot relate to itself"),
    "too_many_relations": (409, "Too many related products"),
    "recount_contradicted": (409, "The recount contradicts what has moved since"),
    "recount_outdated": (409, "A later recount exists"),
    "stock_limit": (409, "More stock than can be kept"),
    "version_conflict": (412, "The product has changed"),
    "payload_too_large": (413, "The body is too large"),
    "unsupported_media_type": (415, "Unsupported media type"),
    "idempotency_key_reused": (422, "The idempotency key was used for another command"),
    "throttled": (429, "Too many requests"),
    "internal": (500, "Internal error"),
    "unavailable": (503, "Unavailable"),
    "stale": (503, "Not fresh yet"),
}


def status_of(error: ServiceError) -> int:
    return STATUS[error.code][0]


def problem(error: ServiceError, correlation_id: str) -> dict[str, object]:
    """The RFC 9457 document of `error`; invalid input lists all its faults under `errors`."""
    status, title = STATUS[error.code]
    document: dict[str, object] = {
        "type": f"urn:problem:{error.code}",
        "title": title,
        "status": status,
        "detail": error.detail,
        "code": error.code,
        "correlation_id": correlation_id,
    }
    if isinstance(error, Invalid):
        document["errors"] = [fault._asdict() for fault in error.faults]
    return document | error.members


def exception_handler(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's EXCEPTION_HANDLER: whatever a view raises becomes a problem; a bug is logged and becomes `internal`."""
    known = _as_service_error(error)
    if known is None:
        logger.error("unhandled error", exc_info=error)
        known = _Internal()
    response = Response(
        problem(known, current_correlation_id()), status=status_of(known), headers=_headers(known, error)
    )
    response.content_type = _content_type(context)
    return response


def problem_response(error: ServiceError) -> HttpResponse:
    """The same for what happens outside DRF."""
    response = JsonResponse(
        problem(error, current_correlation_id()), status=status_of(error), content_type=CONTENT_TYPE
    )
    for name, value in _headers(error, error).items():
        response[name] = value
    return response


def _content_type(context: dict[str, Any]) -> str | None:
    request = context.get("request")
    renderer = getattr(request, "accepted_renderer", None)
    return None if getattr(renderer, "format", "") == "api" else CONTENT_TYPE


def _headers(error: ServiceError, cause: Exception) -> dict[str, str]:
    headers: dict[str, str] = {"Cache-Control": "no-store"}
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(error.retry_after)
    if challenge := getattr(cause, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(cause, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    return headers


class _MethodNotAllowed(ServiceError):
    code = "method_not_allowed"


class _NotAcceptable(ServiceError):
    code = "not_acceptable"
    default_detail = "This address answers application/json and text/html."


class _Throttled(ServiceError):
    code = "throttled"


class _CsrfFailed(ServiceError):
    code = "csrf_failed"


class _Internal(ServiceError):
    code = "internal"
    default_detail = "Something went wrong on our side; quote the correlation id when you ask about it."


def _as_service_error(error: Exception) -> ServiceError | None:
    match error:
        case ServiceError():
            return error
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return NotAuthenticated(str(error.detail))
        case exceptions.PermissionDenied():
            return _forbidden(str(error.detail))
        case DjangoPermissionDenied():
            return PermissionDenied(str(error))
        case Http404() | exceptions.NotFound():
            return NotFound()
        case exceptions.MethodNotAllowed():
            return _MethodNotAllowed(str(error.detail))
        case exceptions.NotAcceptable():
            return _NotAcceptable()
        case exceptions.UnsupportedMediaType():
            return UnsupportedMediaType()
        case exceptions.Throttled():
            return _Throttled(str(error.detail))
        case exceptions.ParseError():
            return Invalid([FieldFault("", "malformed", str(error.detail))])
        case OperationalError() | InterfaceError():
            return Unavailable()
    return None


def _forbidden(detail: str) -> ServiceError:
    if detail.startswith("CSRF Failed"):
        return _CsrfFailed(detail)
    return PermissionDenied(detail)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page_or_problem(request, NotFound())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page_or_problem(
        request, Invalid([FieldFault("", "malformed", "The request cannot be understood.")])
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page_or_problem(request, PermissionDenied())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page_or_problem(request, _CsrfFailed(f"CSRF Failed: {reason} Reload the page and send it again."))


def server_error(request: HttpRequest) -> HttpResponse:
    return _page_or_problem(request, _Internal())


def _page_or_problem(request: HttpRequest, error: ServiceError) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem_response(error)
    status = status_of(error)
    context = {"problem": problem(error, current_correlation_id()), "phrase": HTTPStatus(status).phrase}
    return render(request, "problem.html", context, status=status)
