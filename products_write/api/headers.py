"""Request headers that a command reads, strictly."""

import re
from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from kernel.errors import FaultCollector, FieldFault, Invalid

IDEMPOTENCY_KEY, IF_MATCH = "Idempotency-Key", "If-Match"

_UUID = re.compile(r'("?)([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\1', re.ASCII)
# The number of an entity tag; what follows it tells documents of one version apart.
_VERSION = re.compile(r'"([0-9]{1,18})(?:-[!#-~]*)?"', re.ASCII)


class Sent(NamedTuple):
    """What the headers say of a command; None for what they leave out."""

    command_id: UUID | None
    expected_version: int | None


def sent(headers: Mapping[str, str], *, creates: bool) -> Sent:
    """Both headers. Raises Invalid with the faults of both."""
    faults = FaultCollector()
    with faults:
        key = command_id(headers)
    with faults:
        version = expected_version(headers, creates=creates)
    faults.refuse_if_any()
    return Sent(key, version)


def command_id(headers: Mapping[str, str]) -> UUID | None:
    """The Idempotency-Key, a UUID bare or in quotes; None if absent. Raises Invalid."""
    written = headers.get(IDEMPOTENCY_KEY)
    if written is None:
        return None
    found = _UUID.fullmatch(written.strip())
    if found is None:
        raise _malformed(IDEMPOTENCY_KEY, "Send a UUID.")
    return UUID(found[2])


def expected_version(headers: Mapping[str, str], *, creates: bool) -> int | None:
    """The version in If-Match, as "12" or a query's ETag; None if absent. Raises Invalid."""
    written = headers.get(IF_MATCH)
    if written is None:
        return None
    if creates:
        raise _malformed(IF_MATCH, "A product that does not exist yet has no version to match.")
    found = _VERSION.fullmatch(written.strip())
    if found is None:
        raise _malformed(IF_MATCH, 'Send one strong tag: "<version>" or the ETag of a query.')
    return int(found[1])


def _malformed(header: str, detail: str) -> Invalid:
    return Invalid([FieldFault(header, "malformed", detail)])
