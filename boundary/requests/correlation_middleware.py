"""The X-Correlation-ID header, sent by the client or made here."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from boundary.responses.problem_pages import problem_response
from kernel.correlation import correlated, new_correlation_id
from kernel.errors import FieldFault, Invalid

CORRELATION_ID_HEADER, _IN_META = "X-Correlation-ID", "HTTP_X_CORRELATION_ID"
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


class CorrelationMiddleware:
    """Uses the client's X-Correlation-ID or makes one, and sends it back in the response.

    A malformed header is refused with 400, and that response carries a new id.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.META.get(_IN_META)
        usable = sent is not None and _WELL_FORMED.fullmatch(sent) is not None
        correlation_id = sent if usable and sent else new_correlation_id()
        with correlated(correlation_id):
            response = self.get_response(request) if sent is None or usable else _refuse_malformed()
        response[CORRELATION_ID_HEADER] = correlation_id
        return response


def _refuse_malformed() -> HttpResponse:
    fault = FieldFault(CORRELATION_ID_HEADER, "malformed", "Send 1 to 64 of the characters A-Z a-z 0-9 . _ -")
    return problem_response(Invalid([fault]))
