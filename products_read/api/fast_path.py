"""The fast path to a stored document, for requests that ask for nothing else.

Most requests of a shop are of this kind: no user is signed in, and there are no parameters and no preferences. For
them, Django REST framework's work around a view costs more than reading the row.

All other requests take the full path, through the viewset. A request that ends in an error takes it too, because only
the full path builds error responses. For a request that both paths can serve, both give equal responses.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.views import APIView

from boundary.limits.client_address import client_address
from boundary.limits.rates import seconds_to_wait
from products_read.api.etags import etag_of, is_held_by_client
from products_read.api.query_viewset import DEPENDS_ON, QueryViewSet
from products_read.documents.current import Document

_JSON = frozenset({"application/json", "*/*"})
_FULL_PATH_HEADERS = frozenset({"HTTP_AUTHORIZATION", "HTTP_CONSISTENCY_TOKEN", "HTTP_PREFER"})
_HEADERS = {"Allow": "GET, HEAD, OPTIONS", "Vary": DEPENDS_ON, "Cache-Control": QueryViewSet.cache_control}

_View = Callable[..., HttpResponseBase]


def fast_path(show: Callable[[int], Document], full_path: _View) -> _View:
    """A view that responds with the document of `show` if the request asks for nothing else, else with `full_path`.

    An exception of `show` also leads to `full_path`, which finds it in `request.fast_path_error`.
    """

    @wraps(full_path)
    def view(request: HttpRequest, product_id: int, **more: Any) -> HttpResponseBase:
        if asks_for_more(request) or _is_throttled(request):
            return full_path(request, product_id=product_id, **more)
        try:
            return _document_response(request, show(product_id))
        except Exception as error:
            request.fast_path_error = error  # type: ignore[attr-defined]
            return full_path(request, product_id=product_id, **more)

    return view


class ReusesFastPathError(APIView):
    """The mixin of a view behind a fast path. It raises the error that the fast path found.

    The request is then neither counted by the throttles nor looked up a second time.
    """

    def check_throttles(self, request: Request) -> None:
        # The error is raised here because an exception at this point still goes to DRF's exception handler.
        if error := getattr(request._request, "fast_path_error", None):
            raise error
        super().check_throttles(request)


def asks_for_more(request: HttpRequest) -> bool:
    """Whether the request needs the full path: it has more than its address, or its user decides on access."""
    return bool(
        request.method != "GET"
        or request.META.get("QUERY_STRING")
        or request.META.get("HTTP_ACCEPT", "*/*") not in _JSON
        or request.META.get("HTTP_COOKIE")
        or not _FULL_PATH_HEADERS.isdisjoint(request.META)
        or not settings.API_PUBLIC_READ
    )


def _is_throttled(request: HttpRequest) -> bool:
    rate = settings.THROTTLE_ANON
    return bool(rate and seconds_to_wait(f"address:{client_address(request)}", rate))


def _document_response(request: HttpRequest, document: Document) -> HttpResponse:
    etag = etag_of(document)
    headers = {**_HEADERS, "ETag": etag}
    if not is_held_by_client(etag, request.META.get("HTTP_IF_NONE_MATCH", "")):
        return HttpResponse(document.text.encode(), headers={**headers, "Content-Type": "application/json"})
    unchanged = HttpResponse(status=304, headers=headers)
    del unchanged["Content-Type"]  # a 304 has no body; the full path's 304 has no Content-Type either
    return unchanged
