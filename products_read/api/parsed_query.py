"""A request read: what is asked, and how fresh the answer is to be. All the faults come back at once."""

from typing import Generic, NamedTuple

from rest_framework.request import Request

from kernel.errors import FaultCollector
from products_read.api import cursors
from products_read.api.consistency_headers import ReadPreference, read_preference_of
from products_read.api.query_string import Query, parse_query_string
from products_read.queries.keyset import Cursor


class ParsedQuery(NamedTuple, Generic[Query]):
    query: Query
    preference: ReadPreference


class ParsedPageQuery(NamedTuple, Generic[Query]):
    """`cursor` is where the page begins; links to other pages are good for this list in this ordering alone."""

    query: Query
    preference: ReadPreference
    cursor: Cursor
    bound_to: str


def parse_query(request: Request, query_type: type[Query]) -> ParsedQuery[Query]:
    """Raises Invalid with the faults of the query string and of the token."""
    faults = FaultCollector()
    with faults:
        query = parse_query_string(request, query_type)
    with faults:
        preference = read_preference_of(request)
    faults.refuse_if_any()
    return ParsedQuery(query, preference)


def parse_page_query(request: Request, query_type: type[Query]) -> ParsedPageQuery[Query]:
    """The same of a list that is read page by page; the faults of the cursor are among them."""
    faults = FaultCollector()
    # An ordering left out is one ordering, so that its cursors go with it alone.
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
