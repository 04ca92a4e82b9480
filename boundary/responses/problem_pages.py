"""Errors outside Django REST framework, as problem documents: JSON for programs, a page for browsers."""

from collections.abc import Callable
from http import HTTPStatus
from typing import ClassVar

import structlog
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from boundary.responses.problems import (
    CONTENT_TYPE,
    MALFORMED_REQUEST,
    CsrfFailed,
    Internal,
    MethodNotAllowed,
    as_service_error,
    problem_headers,
)
from kernel.correlation import current_correlation_id
from kernel.errors import (
    FieldFault,
    Invalid,
    NotAuthenticated,
    NotFound,
    PayloadTooLarge,
    PermissionDenied,
    ServiceError,
    Unavailable,
)
from kernel.problem_documents import problem_document, status_of

logger = structlog.get_logger("boundary.problem_pages")


class ProblemResponse(HttpResponse):
    """A problem document, or the page that shows one."""


def problem_response(error: ServiceError) -> HttpResponse:
    """The problem document of `error` as JSON."""
    body = JSONRenderer().render(problem_document(error, current_correlation_id()))
    return ProblemResponse(
        body, status=status_of(error), content_type=CONTENT_TYPE, headers=problem_headers(error)
    )


def page_or_problem(request: HttpRequest, error: ServiceError) -> HttpResponse:
    """The problem document of `error`: a page if the client prefers HTML to JSON, as browsers do, else JSON."""
    response = _page(error) if _prefers_pages(request) else problem_response(error)
    patch_vary_headers(response, ["Accept"])
    return response


def _prefers_pages(request: HttpRequest) -> bool:
    return request.get_preferred_type(["application/json", CONTENT_TYPE, "text/html"]) == "text/html"


def _page(error: ServiceError) -> HttpResponse:
    status = status_of(error)
    context = {
        "problem": problem_document(error, current_correlation_id()),
        "phrase": HTTPStatus(status).phrase,
    }
    # The page does without the request: reading its user could fail again with the same error.
    page = render_to_string("problem.html", context)
    return ProblemResponse(page, status=status, headers=problem_headers(error))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler404."""
    return page_or_problem(request, NotFound())


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler400."""
    return page_or_problem(request, _Malformed())


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler403."""
    return page_or_problem(request, PermissionDenied())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW. Django logs the `reason`, which is not for clients."""
    return page_or_problem(request, CsrfFailed())


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500."""
    return page_or_problem(request, Internal())


class _Malformed(Invalid):
    def __init__(self) -> None:
        super().__init__([FieldFault("", "malformed", MALFORMED_REQUEST)])


class ProblemDetailsMiddleware:
    """Middleware: turns Django's own error responses under /api/ into problem documents.

    This includes Django's debug pages for developers. Other parts of the site keep theirs.
    """

    replaced: ClassVar[dict[int, Callable[[], ServiceError]]] = {
        400: _Malformed,
        401: NotAuthenticated,
        403: PermissionDenied,
        404: NotFound,
        405: MethodNotAllowed,
        413: PayloadTooLarge,
        500: Internal,
        503: Unavailable,
    }

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        replacement = self.replaced.get(response.status_code)
        is_problem = isinstance(response, ProblemResponse | Response)
        if replacement is None or is_problem or not request.path_info.startswith("/api/"):
            return response
        problem = page_or_problem(request, replacement())
        if "Allow" in response:
            problem["Allow"] = response["Allow"]
        return problem

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Returns 503 instead of 500 when a page fails because its database does not answer."""
        known = as_service_error(error)
        if not isinstance(known, Unavailable):
            return None
        logger.warning("unavailable", cause=str(error))
        return page_or_problem(request, known)
