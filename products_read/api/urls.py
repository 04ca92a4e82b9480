"""The addresses of the queries, below /api/v1/. Each query's class says its own."""

from functools import partial

from django.urls import URLPattern, path

from products_read.api.fast_path import fast_path
from products_read.api.viewsets import view_of
from products_read.documents.current import read_document
from products_read.queries import QUERIES, Query
from products_read.queries.definition import DocumentQuery


def _route(query_type: type[Query]) -> URLPattern:
    view = view_of(query_type)
    if issubclass(query_type, DocumentQuery) and query_type.takes_fast_path():
        view = fast_path(partial(read_document, query_type.read_model), view)
    route: URLPattern = path(query_type.address, view, name=query_type.url_name)
    return route


def _has_no_fast_path(query_type: type[Query]) -> bool:
    return not (issubclass(query_type, DocumentQuery) and query_type.takes_fast_path())


# Django tries the routes in their order, and the requests with a fast path are the most frequent ones.
urlpatterns = [_route(query_type) for query_type in sorted(QUERIES, key=_has_no_fast_path)]
