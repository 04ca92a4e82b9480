"""What OpenAPI says of every address: how it refuses, and the headers that all share."""

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
    """One thing wrong with one input field."""

    field = serializers.CharField(allow_blank=True, help_text="As the client sent it; empty for the whole.")
    code = serializers.CharField()
    detail = serializers.CharField()


class ConflictingEventSerializer(serializers.Serializer[Any]):
    """An event that a command did not know of and that speaks against it."""

    type = serializers.CharField()
    version = serializers.IntegerField(min_value=1)


class ProblemSerializer(serializers.Serializer[Any]):
    """An error (RFC 9457). `code` is stable; `errors` lists all the faults of an input that is not valid."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField(min_value=400, max_value=599)
    detail = serializers.CharField()
    code = serializers.ChoiceField(list(STATUS_AND_TITLE))
    correlation_id = serializers.CharField(allow_blank=True)
    field = serializers.CharField(
        required=False, help_text="Which of the ids: `related_product_id`, `user_id`."
    )
    current_version = serializers.IntegerField(required=False, help_text="Of `version_conflict`.")
    conflicting_events = ConflictingEventSerializer(
        many=True, required=False, help_text="Of `version_conflict`: the latest hundred."
    )
    current_stock = serializers.IntegerField(required=False, help_text="Of `insufficient_stock`.")
    moved_since = serializers.IntegerField(
        required=False, help_text="Of `recount_contradicted`: the sum of the movements after the count."
    )
    counted_at = serializers.DateTimeField(
        required=False, help_text="Of `recount_outdated`: when the shelf was counted last."
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`errors` is what a serializer calls its own."""
        return super().get_fields() | {"errors": FieldFaultSerializer(many=True, required=False)}


def problems(*codes: str) -> Responses:
    """The answers that refuse with one of these codes, by their statuses."""
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(STATUS_AND_TITLE[code][0], []).append(code)
    return {
        (str(status), CONTENT_TYPE): OpenApiResponse(ProblemSerializer, description=_either(of_status))
        for status, of_status in sorted(by_status.items())
    }


def request_header(name: str, schema: dict[str, object], description: str) -> OpenApiParameter:
    """A header that a client may send."""
    return OpenApiParameter(name, schema, OpenApiParameter.HEADER, description=description)


def response_header(
    name: str, schema: dict[str, object], description: str, statuses: Sequence[int] = ()
) -> OpenApiParameter:
    """A header of the answers with these statuses; of all unless told."""
    of: bool | list[int | str] = list(statuses) or True
    return OpenApiParameter(name, schema, OpenApiParameter.HEADER, description=description, response=of)


_CORRELATION_ID: dict[str, object] = {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"}

EVERYWHERE = [
    request_header(
        correlation_middleware.CORRELATION_ID_HEADER,
        _CORRELATION_ID,
        "Follows the request through logs and events.",
    ),
    response_header(
        correlation_middleware.CORRELATION_ID_HEADER,
        _CORRELATION_ID,
        "As it was sent, or made for this request.",
    ),
    response_header(
        "Retry-After", {"type": "integer", "minimum": 1}, "Seconds after which to ask again.", [429, 503]
    ),
    response_header("WWW-Authenticate", {"type": "string"}, "How to sign in.", [401]),
]


def _either(codes: Sequence[str]) -> str:
    return "; ".join(f"`{code}`: {STATUS_AND_TITLE[code][1].lower()}" for code in codes)
