"""A request's query string as a query object, and as its description in the schema."""

from typing import TypeVar

import msgspec
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from kernel.validation import validated

Query = TypeVar("Query", bound=msgspec.Struct)

# What every address takes: DRF chooses the renderer by the one; lists read the other themselves.
TAKEN_EVERYWHERE = {"format", "cursor"}


def parse_query_string(request: Request, query_type: type[Query]) -> Query:
    """The query that the request asks. Raises Invalid with all the faults, unknown parameters among them."""
    given = {
        name: values[0] if len(values) == 1 else values
        for name, values in request.query_params.lists()
        if name not in TAKEN_EVERYWHERE
    }
    # Who writes as_of= without a time would not want the present for an answer.
    return validated(query_type, given, lax=True, blank_is_absent=False)


def described_parameters(query_type: type[msgspec.Struct]) -> list[OpenApiParameter]:
    """The parameters of that query with their limits."""
    (_,), components = msgspec.json.schema_components([query_type])
    properties = components[query_type.__name__]["properties"]
    return [OpenApiParameter(name, schema) for name, schema in properties.items()]
