"""The parsing of a request into a query and a read preference. It reports all faults in one response."""

from typing import Generic, NamedTuple

from rest_framework.request import Request

from kernel.errors import FaultCollector
from products_read.api import cursors
from products_read.api.consistency_headers import ReadPreference, read_preference_of
from products_read.api.query_string import QueryT, parse_query_string
from products_read.queries.keyset import Cursor


class ParsedQuery(NamedTuple, Generic[QueryT]):
    """The query, and the client's preference for fresh data."""

    query: QueryT
    preference: ReadPreference


class ParsedPageQuery(NamedTuple, Generic[QueryT]):
    """A query for one page of a list.

    The page begins at `cursor`. Cursors in links are bound to `bound_to`, which names the list and its ordering.
    """

    query: QueryT
    preference: ReadPreference
    cursor: Cursor
    bound_to: str


def parse_query(request: Request, query_type: type[QueryT]) -> ParsedQuery[QueryT]:
    """The query in the request's query string. Raises Invalid with all faults of the query string and the token."""
    faults = FaultCollector()
    with faults:
        query = parse_query_string(request, query_type)
    with faults:
        preference = read_preference_of(request)
    faults.refuse_if_any()
    return ParsedQuery(query, preference)


def parse_page_query(request: Request, query_type: type[QueryT]) -> ParsedPageQuery[QueryT]:
    """The query for one page of a list. Raises Invalid with all faults, those of the cursor included."""
    faults = FaultCollector()
    # A request without `ordering` has an ordering of its own name, "". Its cursors are valid only without `ordering`.
    bound_to = f"{request.path_info}:{request.query_params.get('ordering', '')}"
    with faults:
        query, preference = parse_query(request, query_type)
    with faults:
        cursor = _cursor(request, bound_to)
    faults.refuse_if_any()
    return ParsedPageQuery(query, preference, cursor, bound_to)


def _cursor(request: Request, bound_to: str) -> Cursor:
    text = request.query_params.get("cursor")
    return cursors.read_cursor(text, bound_to=bound_to) if text else Cursor()
