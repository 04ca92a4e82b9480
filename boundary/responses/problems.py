"""Every error of the API as application/problem+json (RFC 9457). kernel.problem_documents maps codes to statuses."""

import math
from typing import Any

import structlog
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from kernel.correlation import current_correlation_id
from kernel.errors import (
    FieldFault,
    Invalid,
    NotAuthenticated,
    NotFound,
    PayloadTooLarge,
    PermissionDenied,
    ServiceError,
    Throttled,
    Unavailable,
    UnsupportedMediaType,
)
from kernel.problem_documents import problem_document, status_of

logger = structlog.get_logger("boundary.problems")

CONTENT_TYPE = "application/problem+json"
BAD_TOKEN = (
    "The token in the Authorization header is not valid, or its user is not active. "
    "Send 'Authorization: Token <key>' with a valid key."
)
MALFORMED_REQUEST = "The service cannot read the request. Check its headers and its body."


def exception_handler(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's EXCEPTION_HANDLER: turns an exception of a view into a problem document.

    An unexpected exception is a bug: it is logged and becomes `internal`.
    """
    known = as_service_error(error)
    if known is None:
        logger.error("unhandled error", exc_info=error)
        known = Internal()
    response = Response(
        problem_document(known, current_correlation_id()),
        status=status_of(known),
        headers=problem_headers(known, error),
    )
    response.content_type = _content_type(context)
    return response


def _content_type(context: dict[str, Any]) -> str | None:
    """None for the browsable page, which sets its own type. All other problem documents are JSON."""
    request = context["request"]
    format_ = getattr(getattr(request, "accepted_renderer", None), "format", "")
    if format_ == "api":
        return None
    if format_ != "json":  # empty when the client accepts no format of the view
        request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
    return CONTENT_TYPE


def problem_headers(error: ServiceError, cause: Exception | None = None) -> dict[str, str]:
    """The headers of the response for `error`. `cause` is the exception that DRF raised."""
    headers: dict[str, str] = {"Cache-Control": "no-store"}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if challenge := getattr(cause, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    return headers


class MethodNotAllowed(ServiceError):
    code = "method_not_allowed"
    default_detail = "This address does not allow that method. The Allow header lists the allowed methods."


class _NotAcceptable(ServiceError):
    code = "not_acceptable"
    default_detail = (
        "This address cannot send any format in your Accept header. Ask for application/json or text/html."
    )


class CsrfFailed(ServiceError):
    code = "csrf_failed"
    default_detail = (
        "The CSRF token of the form is missing or too old, or the form comes from another site. "
        "Reload the page, then send the form again."
    )


class Internal(ServiceError):
    code = "internal"
    default_detail = "Something went wrong on our side. Give the correlation id when you ask about it."


def as_service_error(error: Exception) -> ServiceError | None:
    """The refusal that a client sees for `error`. None for a bug, whose details stay in the log."""
    match error:
        case ServiceError():
            return error
        case exceptions.NotAuthenticated():
            return NotAuthenticated()
        case exceptions.AuthenticationFailed():
            return NotAuthenticated(BAD_TOKEN)
        case exceptions.PermissionDenied():
            return _forbidden(str(error.detail))
        case DjangoPermissionDenied():
            return PermissionDenied()
        case Http404() | exceptions.NotFound():
            return NotFound()
        case exceptions.MethodNotAllowed():
            return MethodNotAllowed()
        case exceptions.NotAcceptable():
            return _NotAcceptable()
        case exceptions.UnsupportedMediaType():
            return UnsupportedMediaType()
        case exceptions.Throttled():
            return Throttled(retry_after=math.ceil(getattr(error, "wait", None) or 1))
        case RequestDataTooBig():
            return PayloadTooLarge()
        case exceptions.ParseError() | SuspiciousOperation() | BadRequest() | UnreadablePostError():
            return Invalid([FieldFault("", "malformed", MALFORMED_REQUEST)])
        case OperationalError() | InterfaceError():
            return Unavailable()
    return None


def _forbidden(detail: str) -> ServiceError:
    """`detail` is DRF's own, or the message of one of our permissions."""
    if detail.startswith("CSRF Failed"):
        logger.warning("csrf_failed", reason=detail)
        return CsrfFailed()
    return PermissionDenied("" if detail == exceptions.PermissionDenied.default_detail else detail)
