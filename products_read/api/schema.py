"""The OpenAPI description of each query: its parameters, headers, response and errors."""

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from boundary.requests import prefer
from boundary.responses import openapi
from boundary.responses.openapi import problems, request_header, response_header
from events.consistency import tokens
from products_read.api.consistency_headers import CONSISTENCY
from products_read.api.product_ids import LARGEST_ID
from products_read.api.query_string import described_parameters
from products_read.api.serializers import (
    CategorySerializer,
    ExplanationSerializer,
    FeedSerializer,
    HistorySerializer,
    ProductDisplayPageSerializer,
    ProductDisplaySerializer,
    ProductInventoryPageSerializer,
    ProductInventorySerializer,
)
from products_read.queries.explain_field import EXPLAINED_BY
from products_read.queries.find_inventory import FindInventory
from products_read.queries.find_out_of_stock_products import FindOutOfStockProducts
from products_read.queries.find_products import FindProducts
from products_read.queries.read_feed import ReadFeed
from products_read.queries.show_history import ShowHistory
from products_read.queries.show_inventory import ShowInventory
from products_read.queries.show_product import ShowProduct

F = TypeVar("F", bound=Callable[..., Any])


_TEXT: dict[str, object] = {"type": "string"}

_PRODUCT_ID = OpenApiParameter(
    "product_id",
    {"type": "integer", "format": "int64", "minimum": 1, "maximum": LARGEST_ID},
    OpenApiParameter.PATH,
    required=True,
)
_CURSOR = OpenApiParameter(
    "cursor",
    {"type": "string", "format": "cursor"},
    description="The start of the page. Take it from a link.",
)
_FIELD = OpenApiParameter(
    "field",
    {"type": "string", "enum": sorted(EXPLAINED_BY)},
    required=True,
    description="The field to explain.",
)

_CONSISTENT = [
    *openapi.EVERYWHERE,
    request_header(
        tokens.TOKEN_HEADER,
        {"type": "string", "format": "consistency-token"},
        "The token from a command's response. It asks for a response that includes that command's changes.",
    ),
    request_header(
        prefer.PREFER_HEADER,
        _TEXT,
        f"`wait=<seconds>`, {prefer.LONGEST_WAIT} at most: the longest time to wait for the token's changes or, in the"
        " feed, for the next event. `handling=strict`: send an error instead of a stale response.",
    ),
    response_header(
        CONSISTENCY,
        {"type": "string", "enum": ["fresh", "stale"]},
        "Only with a token: `fresh` if the response includes its changes, else `stale`.",
        [200, 503],
    ),
    response_header(
        prefer.PREFERENCE_APPLIED_HEADER, _TEXT, "The preferences that were honoured.", [200, 503]
    ),
    response_header("Cache-Control", _TEXT, "`no-cache`. With a token and for the log it is `no-store`."),
    response_header("Vary", _TEXT, "The request headers that the response depends on."),
]
_TAGGED = [
    request_header("If-None-Match", _TEXT, "The entity tags of documents that the client holds."),
    response_header(
        "ETag",
        _TEXT,
        '`"<version>-<digest>"`. Send it as If-Match with a command. A document of the past has none.',
        [200, 304],
    ),
]
_LINKED = [
    response_header(
        "Link", _TEXT, '`rel="next"`: the address of earlier changes, if there may be any.', [200]
    )
]

_ALWAYS = ("invalid", "not_authenticated", "not_acceptable", "throttled", "unavailable", "stale")
# The alternative ways to sign in. The empty one allows requests without signing in.
_PUBLIC: Any = [{"tokenAuth": []}, {"cookieAuth": []}, {}]
_NOT_MODIFIED = {304: OpenApiResponse(description="The client already holds the current document.")}


def _query(
    operation_id: str,
    response: Any,
    parameters: list[OpenApiParameter],
    *codes: str,
    is_public: bool = False,
    also: dict[Any, Any] | None = None,
) -> Callable[[F], F]:
    """The description of a query. `codes` are its errors in addition to those that every query can have."""
    responses: dict[Any, Any] = {200: response, **(also or {}), **problems(*_ALWAYS, *codes)}
    return extend_schema(
        operation_id=operation_id,
        parameters=[*parameters, *_CONSISTENT],
        responses=responses,
        auth=_PUBLIC if is_public else None,
    )


FIND_PRODUCTS = _query(
    "find_products",
    ProductDisplayPageSerializer,
    [*described_parameters(FindProducts), _CURSOR],
    is_public=True,
)
SHOW_PRODUCT = _query(
    "show_product",
    ProductDisplaySerializer,
    [_PRODUCT_ID, *described_parameters(ShowProduct), *_TAGGED],
    "not_found",
    is_public=True,
    also=_NOT_MODIFIED,
)
FIND_RELATED_PRODUCTS = _query(
    "find_related_products",
    ProductDisplaySerializer(many=True),
    [_PRODUCT_ID],
    "not_found",
    is_public=True,
)
LIST_CATEGORIES = _query("list_categories", CategorySerializer(many=True), [], is_public=True)

FIND_INVENTORY = _query(
    "find_inventory", ProductInventoryPageSerializer, [*described_parameters(FindInventory), _CURSOR]
)
FIND_OUT_OF_STOCK_PRODUCTS = _query(
    "find_out_of_stock_products",
    ProductInventoryPageSerializer,
    [*described_parameters(FindOutOfStockProducts), _CURSOR],
)
SHOW_INVENTORY = _query(
    "show_inventory",
    ProductInventorySerializer,
    [_PRODUCT_ID, *described_parameters(ShowInventory), *_TAGGED],
    "not_found",
    also=_NOT_MODIFIED,
)

SHOW_HISTORY = _query(
    "show_history",
    HistorySerializer,
    [_PRODUCT_ID, *described_parameters(ShowHistory), _CURSOR],
    "permission_denied",
    "not_found",
)
EXPLAIN_FIELD = _query(
    "explain_field",
    ExplanationSerializer,
    [_PRODUCT_ID, _FIELD, _CURSOR, *_LINKED],
    "permission_denied",
    "not_found",
)
READ_FEED = _query("read_feed", FeedSerializer, described_parameters(ReadFeed), "permission_denied")
