"""A request read: what is asked, and how fresh the answer is to be. All the faults come back at once."""

from typing import Generic, NamedTuple, TypeVar

import msgspec
from rest_framework.request import Request

from kernel.errors import AllFaults
from products_read.api import cursors
from products_read.api.consistency_headers import Wish, wish_of
from products_read.api.query_string import parsed
from products_read.queries.keyset import Cursor

Query = TypeVar("Query", bound=msgspec.Struct)


class Asked(NamedTuple, Generic[Query]):
    query: Query
    wish: Wish


class AskedPage(NamedTuple, Generic[Query]):
    """`cursor` is where the page begins; links to other pages are good for this list in this ordering alone."""

    query: Query
    wish: Wish
    cursor: Cursor
    bound_to: str


def asked(request: Request, query_type: type[Query]) -> Asked[Query]:
    """Raises Invalid with the faults of the query string and of the token."""
    faults = AllFaults()
    with faults:
        query = parsed(request, query_type)
    with faults:
        wish = wish_of(request)
    faults.refuse_if_any()
    return Asked(query, wish)


def asked_page(request: Request, query_type: type[Query]) -> AskedPage[Query]:
    """The same of a list that is read page by page; the faults of the cursor are among them."""
    faults = AllFaults()
    # An ordering left out is one ordering, so that its cursors go with it alone.
    bound_to = f"{request.path_info}:{request.query_params.get('ordering', '')}"
    with faults:
        query, wish = asked(request, query_type)
    with faults:
        cursor = _cursor(request, bound_to)
    faults.refuse_if_any()
    return AskedPage(query, wish, cursor, bound_to)


def _cursor(request: Request, bound_to: str) -> Cursor:
    text = request.query_params.get("cursor")
    return cursors.read(text, bound_to=bound_to) if text else Cursor()
