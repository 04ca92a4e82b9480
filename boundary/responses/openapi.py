"""The parts of the OpenAPI schema that all addresses share: problem documents and common headers."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from boundary.requests import correlation_middleware
from boundary.responses.problems import CONTENT_TYPE
from kernel.problem_documents import STATUS_AND_TITLE

Schema = dict[str, Any]
"""A JSON Schema."""

Responses = dict[tuple[str, str], OpenApiResponse]


class FieldFaultSerializer(serializers.Serializer[Any]):
    """One thing that is wrong with one input field."""

    field = serializers.CharField(
        allow_blank=True, help_text="The field's name as the client sent it. Empty for the whole input."
    )
    code = serializers.CharField()
    detail = serializers.CharField()


class ConflictingEventSerializer(serializers.Serializer[Any]):
    """A newer event that contradicts the command. The client had not seen it when it sent the command."""

    type = serializers.CharField()
    version = serializers.IntegerField(min_value=1)


class ProblemSerializer(serializers.Serializer[Any]):
    """An error (RFC 9457). Programs can rely on `code`. `errors` lists all faults of an invalid input."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField(min_value=400, max_value=599)
    detail = serializers.CharField()
    code = serializers.ChoiceField(list(STATUS_AND_TITLE))
    correlation_id = serializers.CharField(allow_blank=True)
    field = serializers.CharField(
        required=False,
        help_text="With some codes: the id that the error is about, `related_product_id` or `user_id`.",
    )
    current_version = serializers.IntegerField(
        required=False, help_text="With `version_conflict`: the product's version now."
    )
    conflicting_events = ConflictingEventSerializer(
        many=True, required=False, help_text="With `version_conflict`: the latest 100 conflicting events."
    )
    current_stock = serializers.IntegerField(
        required=False, help_text="With `insufficient_stock`: the units in stock now."
    )
    moved_since = serializers.IntegerField(
        required=False, help_text="With `recount_contradicted`: the sum of the movements after the count."
    )
    counted_at = serializers.DateTimeField(
        required=False, help_text="With `recount_outdated`: the time of the latest count."
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Adds `errors` here, because a class attribute of that name would hide the serializer's own property."""
        return super().get_fields() | {"errors": FieldFaultSerializer(many=True, required=False)}


def problems(*codes: str) -> Responses:
    """The responses for these error codes, one for each HTTP status. Raises KeyError for an unknown code."""
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(STATUS_AND_TITLE[code][0], []).append(code)
    return {
        (str(status), CONTENT_TYPE): OpenApiResponse(ProblemSerializer, description=_either(of_status))
        for status, of_status in sorted(by_status.items())
    }


def request_header(name: str, schema: dict[str, object], description: str) -> OpenApiParameter:
    """A header that a client may send. `schema` is a JSON Schema."""
    return OpenApiParameter(name, schema, OpenApiParameter.HEADER, description=description)


def response_header(
    name: str, schema: dict[str, object], description: str, statuses: Sequence[int] = ()
) -> OpenApiParameter:
    """A header of the responses with these statuses, or of all responses when `statuses` is empty."""
    of: bool | list[int | str] = list(statuses) or True
    return OpenApiParameter(name, schema, OpenApiParameter.HEADER, description=description, response=of)


_CORRELATION_ID: dict[str, object] = {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"}

EVERYWHERE = [
    request_header(
        correlation_middleware.CORRELATION_ID_HEADER,
        _CORRELATION_ID,
        "An id of your choice for this request. The service's log lines and events carry it.",
    ),
    response_header(
        correlation_middleware.CORRELATION_ID_HEADER,
        _CORRELATION_ID,
        "The id that you sent, or a new one.",
    ),
    response_header(
        "Retry-After",
        {"type": "integer", "minimum": 1},
        "Send the request again after this many seconds.",
        [429, 503],
    ),
    response_header("WWW-Authenticate", {"type": "string"}, "The way to sign in.", [401]),
]


def _either(codes: Sequence[str]) -> str:
    return "; ".join(f"`{code}`: {STATUS_AND_TITLE[code][1].lower()}" for code in codes)
