"""Stored documents as responses; their JSON is joined, never parsed."""

from collections.abc import Callable
from typing import TypeVar

import msgspec
from rest_framework.request import Request
from rest_framework.response import Response

from boundary.errors import FieldFault, Invalid
from products_read.api import cursors
from products_read.api.etags import etag_of, is_held_by_client
from products_read.api.query_string import parsed
from products_read.documents_by_id import Document
from products_read.keyset import Cursor, Page

Query = TypeVar("Query", bound=msgspec.Struct)


def document_answer(request: Request, document: Document) -> Response:
    """The document with its entity tag, or 304 if the client holds it. The browsable page has no tag."""
    if request.accepted_renderer.format == "api":
        return Response(document.text.encode())
    etag = etag_of(document)
    if is_held_by_client(etag, request.headers.get("If-None-Match", "")):
        return Response(status=304, headers={"ETag": etag})
    return Response(document.text.encode(), headers={"ETag": etag})


def documents_answer(documents: list[str]) -> Response:
    """A JSON list of documents."""
    return Response(_list_of(documents))


def page_answer(request: Request, query_type: type[Query], find: Callable[[Query, Cursor], Page]) -> Response:
    """The page that the request asks for, with absolute links to the pages beside it."""
    # An ordering left out is one ordering, so that its cursors go with it alone.
    bound_to = f"{query_type.__name__}:{request.query_params.get('ordering', '')}"
    page = find(*_asked(request, query_type, bound_to))
    next_link, previous_link = (
        msgspec.json.encode(_link(request, cursor, bound_to)) for cursor in (page.next, page.previous)
    )
    return Response(
        b'{"next":%b,"previous":%b,"results":%b}' % (next_link, previous_link, _list_of(page.documents))
    )


def _asked(request: Request, query_type: type[Query], bound_to: str) -> tuple[Query, Cursor]:
    """The query and where its page begins. Raises Invalid with the faults of both."""
    faults: list[FieldFault] = []
    cursor, text = Cursor(), request.query_params.get("cursor")
    try:
        cursor = cursors.read(text, bound_to=bound_to) if text else cursor
    except Invalid as refused:
        faults += refused.faults
    try:
        query = parsed(request, query_type)
    except Invalid as refused:
        raise Invalid([*refused.faults, *faults]) from None
    if faults:
        raise Invalid(faults)
    return query, cursor


def _list_of(documents: list[str]) -> bytes:
    return f"[{','.join(documents)}]".encode()


def _link(request: Request, cursor: Cursor | None, bound_to: str) -> str | None:
    if cursor is None:
        return None
    parameters = request.query_params.copy()
    parameters.pop("cursor", None)
    if cursor != Cursor():
        parameters["cursor"] = cursors.written(cursor, bound_to=bound_to)
    address = request.build_absolute_uri(request.path)
    return f"{address}?{parameters.urlencode()}" if parameters else address
