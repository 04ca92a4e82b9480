"""A request whose body is cut off on its way is refused, and nothing of it is done.

A client announces the length of the body in Content-Length. When the connection ends early, the server passes on the
bytes that have come. A form that is cut off still reads like a form: `quantity=1000` becomes `quantity=10`. For that
reason the length is compared before anything reads the body.
"""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, UnreadablePostError

from boundary.requests.parsers import MAX_BODY_BYTES
from boundary.responses.problem_pages import page_or_problem
from kernel.errors import FieldFault, Invalid, PayloadTooLarge

_COMMANDS = "/api/v1/commands/"
"""Commands refuse a body that is too large by themselves: they say 401 and 403 first."""

_NEVER_READ = frozenset(
    {"GET", "HEAD", "OPTIONS", "TRACE"}
)  # these methods do nothing, with a body or without
_IS_LENGTH = re.compile(r"[0-9]{1,18}", re.ASCII)
_ONCE_MORE = "Nothing was done. Send the whole request again."


class CompleteBodyMiddleware:
    """Middleware: reads the whole body before anything else reads it, and answers itself when it is not whole."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            read_whole_body(request)
        except (Invalid, PayloadTooLarge) as refusal:
            return page_or_problem(request, refusal)
        return self.get_response(request)


def read_whole_body(request: HttpRequest) -> None:
    """Reads the body of `request`, so that `request.body` and `request.POST` are served from memory.

    A body is not read when its length is not announced, when it is larger than MAX_BODY_BYTES, or when the method does
    nothing. Raises Invalid for fewer bytes than announced, for a connection that broke and for a Content-Length that is
    no number. Raises PayloadTooLarge for more than MAX_BODY_BYTES announced, except to the commands.
    """
    if request.method in _NEVER_READ:
        return
    announced = _announced(request)
    if announced is None:
        return
    if announced <= MAX_BODY_BYTES:
        _refuse_shorter(request, announced)
    elif not request.path_info.startswith(_COMMANDS):
        raise PayloadTooLarge


def _announced(request: HttpRequest) -> int | None:
    """The number of bytes in Content-Length; None when the client sends no such header."""
    sent = request.META.get("CONTENT_LENGTH") or ""
    if not sent:
        return None
    if not _IS_LENGTH.fullmatch(sent):
        detail = f"Expected the number of bytes of the body, in at most 18 digits, and not {sent!r:.60}."
        raise Invalid([FieldFault("Content-Length", "malformed", detail)])
    return int(sent)


def _refuse_shorter(request: HttpRequest, announced: int) -> None:
    try:
        arrived = len(request.body)
    except UnreadablePostError:
        raise _incomplete("The connection broke before the whole body had come.") from None
    if arrived < announced:
        raise _incomplete(
            f"The body has only {arrived} of the {announced} bytes that Content-Length announces."
        )


def _incomplete(detail: str) -> Invalid:
    return Invalid([FieldFault("", "malformed", f"{detail} {_ONCE_MORE}")])
