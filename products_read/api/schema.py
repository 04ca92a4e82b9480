"""The OpenAPI description of each query: its parameters, headers, response and errors."""

import re
from inspect import cleandoc
from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from boundary.requests import prefer
from boundary.responses import openapi
from boundary.responses.openapi import (
    Schema,
    StructSchema,
    add_component,
    component_name,
    components_of,
    problems,
    ref,
    request_header,
    response_header,
)
from events.consistency import tokens
from products_read.api.consistency_headers import CONSISTENCY
from products_read.api.event_schema import FIELD_VALUE, event_components
from products_read.api.product_ids import LARGEST_ID
from products_read.api.query_string import described_parameters
from products_read.queries.definition import (
    Access,
    DocumentQuery,
    ListQuery,
    LogPageQuery,
    PageQuery,
    Query,
    ReadModelQuery,
)
from products_read.queries.explain_field import EXPLAINED_BY, ExplainField
from products_read.queries.read_feed import ReadFeed

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


def _page_of(items: Schema) -> Schema:
    addresses = {name: {"type": ["string", "null"], "format": "uri"} for name in ("next", "previous")}
    return _object(
        "One page of a list. `next` and `previous` are the addresses of the pages beside it, or null.",
        addresses | {"results": {"type": "array", "items": items}},
    )


def _object(description: str, properties: Schema) -> Schema:
    return {
        "description": description,
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }


def _named(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


_FIELD_NAMES: Schema = {"type": "string", "enum": sorted(EXPLAINED_BY)}
_POSITION: Schema = {"type": "integer", "minimum": 0}
_EVENTS: Schema = {"type": "array", "items": _named("Event")}
# The responses of the queries of the log, by the kind of query.
_FROM_LOG: dict[type[Query], tuple[str, Schema]] = {
    LogPageQuery: ("History", _page_of(_named("Event"))),
    ExplainField: (
        "Explanation",
        _object(
            "The field's value now, and the events that changed it, newest first.",
            {
                "field": _FIELD_NAMES,
                "current": FIELD_VALUE,
                "changes": {"type": "array", "items": _named("Change")},
            },
        ),
    ),
    ReadFeed: (
        "Feed",
        _object(
            "A part of the log, in order of position.",
            {
                "results": _EVENTS,
                "next_after": _POSITION
                | {"description": "The position to go on from. Send it as `after` with the next request."},
                "head": _POSITION | {"description": "The last position that can be read now."},
            },
        ),
    ),
}


class QuerySchema(StructSchema):
    """The operation of one query, described by its class."""

    @property
    def query_type(self) -> type[Query]:
        found: type[Query] = self.view.query_type  # type: ignore[attr-defined]
        return found

    def get_operation_id(self) -> str:
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.query_type.__name__).lower()

    def get_description(self) -> str:  # type: ignore[override]  # as in drf_spectacular's own base class
        return cleandoc(str(self.query_type.__doc__))

    def get_auth(self) -> Any:
        return _PUBLIC if self.query_type.access is Access.PUBLIC else super().get_auth()

    def get_request_serializer(self) -> Any:
        return None

    def get_override_parameters(self) -> Any:
        query = self.query_type
        parameters = described_parameters(query)
        if query is ExplainField:
            parameters = [_FIELD]
        if query.is_of_one_product():
            parameters = [_PRODUCT_ID, *parameters]
        if issubclass(query, PageQuery | LogPageQuery | ExplainField):
            parameters.append(_CURSOR)
        if issubclass(query, DocumentQuery):
            parameters += _TAGGED
        if query is ExplainField:
            parameters += _LINKED
        return [*parameters, *_CONSISTENT]

    def get_response_serializers(self) -> Any:
        query = self.query_type
        codes = [*_ALWAYS]
        if query.access is Access.LOG:
            codes.append("permission_denied")
        if query.is_of_one_product():
            codes.append("not_found")
        unchanged = _NOT_MODIFIED if issubclass(query, DocumentQuery) else {}
        return {200: self._response(query), **unchanged, **problems(*codes)}

    def _response(self, query: type[Query]) -> Schema:
        """The schema of the response. Adds the components that it refers to."""
        if not issubclass(query, ReadModelQuery):
            name, schema = next(_FROM_LOG[kind] for kind in query.__mro__ if kind in _FROM_LOG)
            self._add({**event_components(), name: schema})
            return _named(name)
        self._add(components_of(query.document))
        if issubclass(query, PageQuery):
            name = f"{component_name(query.document)}Page"
            self._add({name: _page_of(ref(query.document))})
            return _named(name)
        if issubclass(query, ListQuery):
            return {"type": "array", "items": ref(query.document)}
        return ref(query.document)

    def _add(self, components: dict[str, Schema]) -> None:
        for name, schema in components.items():
            add_component(self.registry, name, schema)
