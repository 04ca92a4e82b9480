"""The parts of the OpenAPI schema that all addresses share: components made of Structs, problems, common headers."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from inspect import cleandoc
from typing import Annotated, Any, ClassVar

import msgspec
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from msgspec import UNSET, Meta, UnsetType

from boundary.requests import correlation_middleware
from boundary.responses.problems import CONTENT_TYPE
from kernel.problem_documents import STATUS_AND_TITLE

Schema = dict[str, Any]
"""A JSON Schema."""

Responses = dict[tuple[str, str], OpenApiResponse]

_SUFFIX = "Document"
_REF = "#/components/schemas/{name}"


class FieldFaultDocument(msgspec.Struct, frozen=True):
    """One thing that is wrong with one input field."""

    field: Annotated[
        str, Meta(description="The field's name as the client sent it. Empty for the whole input.")
    ]
    code: str
    detail: str


class ConflictingEventDocument(msgspec.Struct, frozen=True):
    """A newer event that contradicts the command. The client had not seen it when it sent the command."""

    type: str
    version: Annotated[int, Meta(ge=1)]


class ProblemDocument(msgspec.Struct, frozen=True, kw_only=True):
    """An error (RFC 9457). Programs can rely on `code`. `errors` lists all faults of an invalid input."""

    type: str
    title: str
    status: Annotated[int, Meta(ge=400, le=599)]
    detail: str
    code: Annotated[str, Meta(extra_json_schema={"enum": list(STATUS_AND_TITLE)})]
    correlation_id: str
    errors: list[FieldFaultDocument] | UnsetType = UNSET
    field: (
        Annotated[
            str,
            Meta(
                description="With some codes: the id that the error is about, `related_product_id` or `user_id`."
            ),
        ]
        | UnsetType
    ) = UNSET
    current_version: (
        Annotated[int, Meta(description="With `version_conflict`: the product's version now.")] | UnsetType
    ) = UNSET
    conflicting_events: (
        Annotated[
            list[ConflictingEventDocument],
            Meta(description="With `version_conflict`: the latest 100 conflicting events."),
        ]
        | UnsetType
    ) = UNSET
    current_stock: (
        Annotated[int, Meta(description="With `insufficient_stock`: the units in stock now.")] | UnsetType
    ) = UNSET
    moved_since: (
        Annotated[
            int, Meta(description="With `recount_contradicted`: the sum of the movements after the count.")
        ]
        | UnsetType
    ) = UNSET
    counted_at: (
        Annotated[datetime, Meta(description="With `recount_outdated`: the time of the latest count.")]
        | UnsetType
    ) = UNSET


def ref(struct: type[msgspec.Struct]) -> Schema:
    """A reference to the component of this Struct."""
    return {"$ref": _REF.format(name=component_name(struct))}


def component_name(struct: type[msgspec.Struct]) -> str:
    """The Struct's name in the schema: its own, without "Document" at its end."""
    return struct.__name__.removesuffix(_SUFFIX)


@cache
def components_of(*structs: type[msgspec.Struct]) -> dict[str, Schema]:
    """The JSON Schemas of these Structs and of the Structs in them, by the names of their components."""
    _, found = msgspec.json.schema_components(structs, ref_template=_REF)
    renamed: dict[str, Schema] = json.loads(json.dumps(found).replace(f'{_SUFFIX}"', '"'))
    for schema in renamed.values():
        schema.pop("title", None)
        if "description" in schema:
            schema["description"] = cleandoc(schema["description"])
    return renamed


class StructSchema(AutoSchema):
    """Describes an operation by Structs. The `components` of the operation are added to the schema."""

    components: ClassVar[dict[str, Schema]] = {}

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> Any:
        for name, schema in {**components_of(ProblemDocument), **self.components}.items():
            add_component(registry, name, schema)
        return super().get_operation(path, path_regex, path_prefix, method, registry)


def add_component(registry: ComponentRegistry, name: str, schema: Schema) -> None:
    """Adds a component to the schema under construction, unless it has one of this name."""
    kind = ResolvedComponent.SCHEMA
    registry.register_on_missing(ResolvedComponent(name, kind, schema=schema, object=name))  # type: ignore[no-untyped-call]


def problems(*codes: str) -> Responses:
    """The responses for these error codes, one for each HTTP status. Raises KeyError for an unknown code."""
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(STATUS_AND_TITLE[code][0], []).append(code)
    return {
        (str(status), CONTENT_TYPE): OpenApiResponse(ref(ProblemDocument), description=_either(of_status))
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


def share_parts(result: Schema, **_: object) -> Schema:
    """A hook of drf-spectacular: moves the headers, parameters and problems that operations share into components.

    The schema of a new operation then shows what is its own.
    """
    shared: dict[str, dict[str, Schema]] = {"headers": {}, "parameters": {}, "responses": {}}
    for operation in _operations(result):
        for response in operation["responses"].values():
            for name, header in response.get("headers", {}).items():
                response["headers"][name] = _shared(shared, "headers", name, header)
        operation["responses"] = {
            status: _shared(shared, "responses", _codes_in(response), response)
            if CONTENT_TYPE in response.get("content", {})
            else response
            for status, response in operation["responses"].items()
        }
        operation["parameters"] = [
            _shared(shared, "parameters", parameter["name"], parameter)
            if parameter["in"] != "query" or parameter["name"] == "cursor"
            else parameter
            for parameter in operation.get("parameters", [])
        ]
    result["components"] |= {kind: dict(sorted(parts.items())) for kind, parts in shared.items()}
    return result


def _operations(result: Schema) -> Iterator[Schema]:
    for item in result["paths"].values():
        yield from item.values()


def _shared(shared: dict[str, dict[str, Schema]], kind: str, name: str, part: Schema) -> Schema:
    """A reference to the component that equals `part`. Parts of one name that differ are numbered."""
    parts, number = shared[kind], 1
    while parts.setdefault(key := name if number == 1 else f"{name}.{number}", part) != part:
        number += 1
    return {"$ref": f"#/components/{kind}/{key}"}


def _codes_in(response: Schema) -> str:
    """The codes of a problem response, joined: the name of its component."""
    return ".".join(re.findall(r"`([a-z_]+)`:", response["description"]))
