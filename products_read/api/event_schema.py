"""The OpenAPI schemas of events: one for each event type, derived from the event classes."""

from functools import cache
from inspect import cleandoc
from typing import Any

import msgspec
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import Direction, extend_schema_field
from rest_framework import serializers

from boundary.responses.openapi import Schema
from events.contracts import DomainEvent
from events.contracts.registry import REGISTRY
from events.log import Metadata
from products_read.documents.events import EventDocument

_REF = "#/components/schemas/{name}"
_METADATA = "EventMetadata"

FieldValue = str | float | bool | list[str | int] | None


@extend_schema_field(msgspec.json.schema(FieldValue))
class FieldValueField(serializers.Field[Any, Any, Any, Any]):
    """A value of a document's field."""


class EventSerializer(serializers.Serializer[Any]):
    """One event. It serialises nothing: EventExtension describes it in the schema."""


class ChangeSerializer(serializers.Serializer[Any]):
    """An event with the field's value before and after it. The value before the product's first event is null."""

    before = FieldValueField()
    after = FieldValueField()


class EventExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Describes an event as one of several schemas. Its `type` says which."""

    target_class = EventSerializer

    def get_name(self, auto_schema: AutoSchema, direction: Direction) -> str:
        return "Event"

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> Schema:
        for name, schema in components().items():
            auto_schema.registry.register_on_missing(_component(name, schema))
        shapes = {event_type: _REF.format(name=_name(contract)) for event_type, contract in REGISTRY.items()}
        return {
            "oneOf": [{"$ref": shape} for shape in shapes.values()],
            "discriminator": {"propertyName": "type", "mapping": shapes},
        }


class ChangeExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Describes a change as an event with two more values."""

    target_class = ChangeSerializer

    def get_name(self, auto_schema: AutoSchema, direction: Direction) -> str:
        return "Change"

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> Schema:
        event = auto_schema.resolve_serializer(EventSerializer(), direction)
        values = auto_schema._map_basic_serializer(self.target, direction)  # type: ignore[no-untyped-call]
        return {"allOf": [event.ref, values]}


@cache
def components() -> dict[str, Schema]:
    """The schemas of all events, of their data and of their metadata, by name."""
    contracts = list(REGISTRY.values())
    _, found = msgspec.json.schema_components([*contracts, Metadata, EventDocument], ref_template=_REF)
    for schema in found.values():
        if (
            "description" in schema
        ):  # msgspec keeps a docstring's indentation, which Markdown would show as code
            schema["description"] = cleandoc(schema["description"])
    found[_METADATA] = found.pop("Metadata")  # "Metadata" alone would be unclear in this schema
    envelope = found.pop("EventDocument")
    return found | {_name(contract): _event_schema(contract, envelope) for contract in contracts}


def _event_schema(contract: type[DomainEvent], envelope: Schema) -> Schema:
    specific: Schema = {
        "type": {"type": "string", "const": contract.type},
        "schema_version": {"type": "integer", "minimum": 1, "maximum": contract.schema_version},
        "data": {"$ref": _REF.format(name=contract.__name__)},
        "metadata": {"$ref": _REF.format(name=_METADATA)},
        "recorded_at": {"type": "string", "format": "date-time"},
        "effective_at": {"type": "string", "format": "date-time"},
    }
    shared = {key: envelope[key] for key in ("type", "required")}
    return {"title": _name(contract), **shared, "properties": envelope["properties"] | specific}


def _name(contract: type[DomainEvent]) -> str:
    return f"{contract.__name__}Event"


def _component(name: str, schema: Schema) -> ResolvedComponent:
    kind = ResolvedComponent.SCHEMA
    return ResolvedComponent(name, kind, schema=schema, object=name)  # type: ignore[no-untyped-call]
