"""The queries over HTTP: one read-only viewset for each kind of query. The query's class says the rest."""

from typing import Any, ClassVar

from msgspec import UNSET
from rest_framework.request import Request
from rest_framework.response import Response

from events.consistency.freshness import Freshness
from products_read.api.consistency_headers import applied_preferences
from products_read.api.fast_path import ReusesFastPathError
from products_read.api.parsed_query import parse_page_query, parse_query
from products_read.api.permissions import PastForSignedIn
from products_read.api.query_viewset import LogViewSet, QueryViewSet, ReadModelViewSet
from products_read.api.responses import (
    document_response,
    documents_response,
    explanation_response,
    feed_response,
    page_response,
    past_response,
)
from products_read.documents.current import read_document
from products_read.documents.past import read_document_as_of
from products_read.queries.definition import DocumentQuery, ListQuery, LogPageQuery, PageQuery, Query
from products_read.queries.explain_field import ExplainField, explain_field
from products_read.queries.read_feed import ReadFeed, read_feed


class PageViewSet(ReadModelViewSet):
    """A list of documents, page by page."""

    def answer(self, request: Request) -> Response:
        parsed = parse_page_query(request, self.query_type)
        self.freshen(parsed.preference)
        return page_response(request, parsed, self.handler(parsed.query, parsed.cursor))


class ListViewSet(ReadModelViewSet):
    """A list of documents that is short enough for one response."""

    def answer(self, request: Request, product_id: int | None = None) -> Response:
        self.freshen(parse_query(request, self.query_type).preference, product_id)
        return documents_response(self.handler(product_id))


class DocumentViewSet(ReusesFastPathError, ReadModelViewSet):
    """One product's document, now or at a past time."""

    query_type: ClassVar[type[DocumentQuery]]
    permission_classes = (PastForSignedIn,)

    def answer(self, request: Request, product_id: int) -> Response:
        query, preference = parse_query(request, self.query_type)
        if query.as_of is not UNSET:
            self.freshen_from_log(preference)
            return past_response(read_document_as_of(self.read_model, product_id, query.as_of))
        self.freshen(preference, product_id)
        return document_response(request, read_document(self.read_model, product_id))


class LogPageViewSet(LogViewSet):
    """Events of one product, page by page."""

    def answer(self, request: Request, product_id: int) -> Response:
        parsed = parse_page_query(request, self.query_type)
        self.freshen_from_log(parsed.preference)
        return page_response(request, parsed, self.handler(product_id, parsed.query, parsed.cursor))


class ExplanationViewSet(LogViewSet):
    """The changes of one field."""

    def answer(self, request: Request, product_id: int) -> Response:
        parsed = parse_page_query(request, ExplainField)
        self.freshen_from_log(parsed.preference)
        explanation = explain_field(product_id, parsed.query, parsed.cursor)
        return explanation_response(request, parsed, parsed.query.field, explanation)


class FeedViewSet(LogViewSet):
    """All events in order."""

    def answer(self, request: Request) -> Response:
        query, preference = parse_query(request, ReadFeed)
        feed, wait = read_feed(query, preference.seconds)
        # A token's event may be committed and still not final, and the feed shows final events only. The head that
        # was read therefore decides on freshness.
        if preference.token is not None:
            self.note_freshness(preference, Freshness(feed.head >= preference.token.position, wait))
        else:
            self.consistency_headers = applied_preferences(preference, wait)
        return feed_response(feed)


_VIEWSETS: dict[type[Query], type[QueryViewSet]] = {
    PageQuery: PageViewSet,
    ListQuery: ListViewSet,
    DocumentQuery: DocumentViewSet,
    LogPageQuery: LogPageViewSet,
    ExplainField: ExplanationViewSet,
    ReadFeed: FeedViewSet,
}


def viewset_of(query_type: type[Query]) -> type[QueryViewSet]:
    """The viewset for queries of this kind. Raises StopIteration for a kind that has none."""
    return next(_VIEWSETS[kind] for kind in query_type.__mro__ if kind in _VIEWSETS)


def view_of(query_type: type[Query]) -> Any:
    """The view that answers the query."""
    return viewset_of(query_type).as_view({"get": "answer"}, query_type=query_type)
