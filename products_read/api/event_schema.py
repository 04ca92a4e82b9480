"""The OpenAPI schemas of events: one for each event type, derived from the event classes."""

from functools import cache
from inspect import cleandoc

import msgspec

from boundary.responses.openapi import Schema
from events.contracts import DomainEvent
from events.contracts.registry import REGISTRY
from events.log import Metadata
from products_read.documents.events import EventDocument

_REF = "#/components/schemas/{name}"
_METADATA = "EventMetadata"

FieldValue = str | float | bool | list[str | int] | None
FIELD_VALUE = msgspec.json.schema(FieldValue)


_CHANGE = (
    "An event with the field's value before and after it. The value before the product's first event is null."
)


@cache
def event_components() -> dict[str, Schema]:
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
    values = dict.fromkeys(("before", "after"), FIELD_VALUE)
    change = {"type": "object", "properties": values, "required": list(values), "description": _CHANGE}
    return found | {
        **{_name(contract): _event_schema(contract, envelope) for contract in contracts},
        "Event": _one_of_all_events(),
        "Change": {"allOf": [_ref("Event"), change]},
    }


def _one_of_all_events() -> Schema:
    """An event is one of several schemas. Its `type` says which."""
    refs = {event_type: _ref(_name(contract)) for event_type, contract in REGISTRY.items()}
    mapping = {event_type: found["$ref"] for event_type, found in refs.items()}
    return {
        "oneOf": list(refs.values()),
        "discriminator": {"propertyName": "type", "mapping": mapping},
        "description": "One event.",
    }


def _ref(name: str) -> Schema:
    return {"$ref": _REF.format(name=name)}


def _event_schema(contract: type[DomainEvent], envelope: Schema) -> Schema:
    specific: Schema = {
        "type": {"type": "string", "const": contract.type},
        "schema_version": {"type": "integer", "minimum": 1, "maximum": contract.schema_version},
        "data": _ref(contract.__name__),
        "metadata": _ref(_METADATA),
        "recorded_at": {"type": "string", "format": "date-time"},
        "effective_at": {"type": "string", "format": "date-time"},
    }
    shared = {key: envelope[key] for key in ("type", "required")}
    return {"title": _name(contract), **shared, "properties": envelope["properties"] | specific}


def _name(contract: type[DomainEvent]) -> str:
    return f"{contract.__name__}Event"
