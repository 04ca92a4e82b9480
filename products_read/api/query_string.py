"""The query string: its parsing into a query object, and its description in the OpenAPI schema."""

from typing import TypeVar

import msgspec
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from kernel.validation import validated

QueryT = TypeVar("QueryT", bound=msgspec.Struct)

# Parameters that every address allows. DRF chooses the renderer by `format`; lists read `cursor` themselves.
TAKEN_EVERYWHERE = {"format", "cursor"}


def parse_query_string(request: Request, query_type: type[QueryT]) -> QueryT:
    """The request's query string as an object of `query_type`. Raises Invalid with all faults.

    An unknown parameter is a fault.
    """
    given = {
        name: values[0] if len(values) == 1 else values
        for name, values in request.query_params.lists()
        if name not in TAKEN_EVERYWHERE
    }
    # A blank value is not left out: a client that sends as_of= without a time must not get the current state.
    return validated(query_type, given, lax=True, blank_is_absent=False)


def described_parameters(query_type: type[msgspec.Struct]) -> list[OpenApiParameter]:
    """The OpenAPI parameters of that query, with their limits."""
    (_,), components = msgspec.json.schema_components([query_type])
    properties = components[query_type.__name__]["properties"]
    return [OpenApiParameter(name, schema) for name, schema in properties.items()]
