"""The short way to a stored document, for who asks for it and for nothing else.

Most requests of a shop are like that: nobody signed in, no parameter, no preference. What Django REST framework does
around a view costs more than the row that answers them. Whoever asks for more goes the long way, through the viewset;
so does whatever ends in a refusal, which is only told there. Where both can be gone they end in the same answer.
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
_MORE = frozenset({"HTTP_AUTHORIZATION", "HTTP_CONSISTENCY_TOKEN", "HTTP_PREFER"})
_HEADERS = {"Allow": "GET, HEAD, OPTIONS", "Vary": DEPENDS_ON, "Cache-Control": QueryViewSet.cache_control}

_View = Callable[..., HttpResponseBase]


def fast_path(show: Callable[[int], Document], full_path: _View) -> _View:
    """A view that answers with `show`'s document if that is all that is asked, and is `full_path` otherwise."""

    @wraps(full_path)
    def view(request: HttpRequest, product_id: int, **more: Any) -> HttpResponseBase:
        if asks_for_more(request) or _is_throttled(request):
            return full_path(request, product_id=product_id, **more)
        try:
            return _answer(request, show(product_id))
        except Exception as error:
            request.fast_path_error = error  # type: ignore[attr-defined]
            return full_path(request, product_id=product_id, **more)

    return view


class ReusesFastPathError(APIView):
    """A view that a short way leads to: what it has counted and found is neither counted nor looked up again."""

    def check_throttles(self, request: Request) -> None:
        if error := getattr(request._request, "fast_path_error", None):
            raise error
        super().check_throttles(request)


def asks_for_more(request: HttpRequest) -> bool:
    """Whether there is anything to the request but its address, or anything to look up about who may ask."""
    return bool(
        request.method != "GET"
        or request.META.get("QUERY_STRING")
        or request.META.get("HTTP_ACCEPT", "*/*") not in _JSON
        or request.META.get("HTTP_COOKIE")
        or not _MORE.isdisjoint(request.META)
        or not settings.API_PUBLIC_READ
    )


def _is_throttled(request: HttpRequest) -> bool:
    rate = settings.THROTTLE_ANON
    return bool(rate and seconds_to_wait(f"address:{client_address(request)}", rate))


def _answer(request: HttpRequest, document: Document) -> HttpResponse:
    etag = etag_of(document)
    headers = {**_HEADERS, "ETag": etag}
    if not is_held_by_client(etag, request.META.get("HTTP_IF_NONE_MATCH", "")):
        return HttpResponse(document.text.encode(), headers={**headers, "Content-Type": "application/json"})
    unchanged = HttpResponse(status=304, headers=headers)
    del unchanged["Content-Type"]
    return unchanged
