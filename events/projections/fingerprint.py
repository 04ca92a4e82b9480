"""The fingerprint of a projection: it differs when the same events may give other rows."""

import types
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
from django.db import models
from django.db.models.fields import NOT_PROVIDED

from events.projections.base import Projection
from events.projections.definitions import Definitions

_OF_COLUMNS = ("null", "max_length", "max_digits", "decimal_places")


def fingerprint_of(projection: Projection[Any], version: int | None = None) -> str:
    """Returns the fingerprint of the projection, or the one that it would have with another `version`.

    It covers the version, the columns of the tables, the fields of the document, and the code of the handlers, of
    `finish` and of all functions and constants of the project that they use. Prose, annotations and formatting do not
    change it. Versions of Python agree on it.
    """
    described = [
        f"version {projection.version if version is None else version}",
        *_columns(projection.model),
        *(text for child in projection.children for text in (repr(child.columns), *_columns(child.model))),
        _spelled(projection.document),
        *_code(projection),
    ]
    return sha256("\n".join(described).encode()).hexdigest()[:16]


def _columns(model: type[models.Model]) -> Iterator[str]:
    for field in sorted(model._meta.concrete_fields, key=lambda field: field.name):
        limits = [getattr(field, name, None) for name in _OF_COLUMNS]
        yield f"{field.column} {type(field).__name__} {limits} {_default(field)}"


def _default(field: "models.Field[Any, Any]") -> str:
    """The default is the value in a row before an event sets it."""
    if field.default is NOT_PROVIDED:
        return "no default"
    return field.default.__qualname__ if callable(field.default) else repr(field.default)


def _spelled(hint: Any) -> str:
    """A type with all its parts, in the order in which a document serves them."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        fields = get_type_hints(hint, include_extras=True)
        names = {field.name: field.encode_name for field in msgspec.structs.fields(hint)}
        return f"{{{', '.join(f'{name}: {_spelled(fields[field])}' for field, name in names.items())}}}"
    origin = get_origin(hint)
    if origin is None:
        return hint.__qualname__ if isinstance(hint, type) else repr(hint)
    kind = "Union" if origin in (Union, types.UnionType) else getattr(origin, "__name__", repr(origin))
    return f"{kind}[{', '.join(map(_spelled, get_args(hint)))}]"


def _code(projection: Projection[Any]) -> list[str]:
    # Columns and documents are described above. An event that changes gets a new schema_version.
    found = Definitions(type(projection).__module__, without=(models.Model, msgspec.Struct))
    for part in type(projection).__mro__:
        if issubclass(part, Projection) and part is not Projection:
            found.add_class(part, without=("version", "fingerprint"))
    return found.texts()
