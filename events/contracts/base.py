"""What every event class has."""

from typing import ClassVar

import msgspec


class DomainEvent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fact about one product, past tense. It carries the decision, so that a fold needs nothing else.

    `type` is the name in the log; `schema_version` counts the shapes it has had.
    """

    type: ClassVar[str]
    schema_version: ClassVar[int] = 1
