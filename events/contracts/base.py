"""The base class of all events."""

from typing import ClassVar

import msgspec


class DomainEvent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fact about one product, named in the past tense. It carries all that was decided, so a fold needs no more.

    `type` is the name of the event in the log. `schema_version` counts the forms that its data has had.
    """

    type: ClassVar[str]
    schema_version: ClassVar[int] = 1
