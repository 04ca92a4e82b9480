"""Responses with stored documents. Their JSON texts are joined and never parsed, which saves time."""

from typing import Any

import msgspec
from rest_framework.request import Request
from rest_framework.response import Response

from products_read.api import cursors
from products_read.api.etags import etag_of, is_held_by_client
from products_read.api.parsed_query import ParsedPageQuery
from products_read.documents.current import Document
from products_read.queries.explain_field import Explanation
from products_read.queries.keyset import Cursor, Page
from products_read.queries.read_feed import Feed


def document_response(request: Request, document: Document) -> Response:
    """The document with its entity tag, or 304 if the client holds it already. The browsable page has no tag."""
    if request.accepted_renderer.format == "api":
        return Response(document.text.encode())
    etag = etag_of(document)
    if is_held_by_client(etag, request.headers.get("If-None-Match", "")):
        return Response(status=304, headers={"ETag": etag})
    return Response(document.text.encode(), headers={"ETag": etag})


def past_response(document: str) -> Response:
    """A document of the past. It has no entity tag, because no command could match its version."""
    return Response(document.encode())


def documents_response(documents: list[str]) -> Response:
    """A JSON list of documents."""
    return Response(_list_of(documents))


def page_response(request: Request, parsed: ParsedPageQuery[Any], page: Page) -> Response:
    """The page, with absolute links to the next and the previous page."""
    next_link, previous_link = (
        msgspec.json.encode(_link(request, cursor, parsed.bound_to)) for cursor in (page.next, page.previous)
    )
    return Response(
        b'{"next":%b,"previous":%b,"results":%b}' % (next_link, previous_link, _list_of(page.documents))
    )


def feed_response(feed: Feed) -> Response:
    """A part of the log, and the position to go on from."""
    return Response(
        b'{"results":%b,"next_after":%d,"head":%d}' % (_list_of(feed.documents), feed.next_after, feed.head)
    )


def explanation_response(
    request: Request, parsed: ParsedPageQuery[Any], field: str, explanation: Explanation
) -> Response:
    """The changes of a field. A Link header (RFC 8288) leads to earlier changes, if there may be any."""
    earlier = _link(request, explanation.next, parsed.bound_to)
    return Response(
        b'{"field":%b,"current":%b,"changes":%b}'
        % (msgspec.json.encode(field), explanation.current.encode(), _list_of(explanation.changes)),
        headers={"Link": f'<{earlier}>; rel="next"'} if earlier else None,
    )


def _list_of(documents: list[str]) -> bytes:
    return f"[{','.join(documents)}]".encode()


def _link(request: Request, cursor: Cursor | None, bound_to: str) -> str | None:
    if cursor is None:
        return None
    parameters = request.query_params.copy()
    parameters.pop("cursor", None)
    if cursor != Cursor():  # the first page has an address without a cursor
        parameters["cursor"] = cursors.write_cursor(cursor, bound_to=bound_to)
    address = request.build_absolute_uri(request.path)
    return f"{address}?{parameters.urlencode()}" if parameters else address
