"""Upcasters: each turns stored data of one schema version into data of the next version.

An upcaster takes the data as stored (a dict) and returns the data of the next version. It is pure. It must not be
removed while the log holds an event of its version.
"""

from collections.abc import Callable
from typing import Any

Data = dict[str, Any]
Upcaster = Callable[[Data], Data]

UPCASTERS: dict[tuple[str, int], Upcaster] = {}


def upcaster(event_type: str, *, from_version: int) -> Callable[[Upcaster], Upcaster]:
    """Decorator: registers the step from `from_version` of `event_type` to the next version.

    Raises ValueError if this step is registered already.
    """

    def register(step: Upcaster) -> Upcaster:
        if (event_type, from_version) in UPCASTERS:
            raise ValueError(f"{event_type} version {from_version} has two upcasters.")
        UPCASTERS[event_type, from_version] = step
        return step

    return register


def upcast(event_type: str, data: Data, *, from_version: int, to_version: int) -> Data:
    """Returns `data` of one schema version as data of another. Raises KeyError if a step is missing."""
    for version in range(from_version, to_version):
        data = UPCASTERS[event_type, version](data)
    return data
