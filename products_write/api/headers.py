"""The request headers of a command, read strictly."""

import re
from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from kernel.errors import FaultCollector, FieldFault, Invalid

IDEMPOTENCY_KEY, IF_MATCH = "Idempotency-Key", "If-Match"

_EXAMPLE_UUID = "0fbbf010-716f-4ae9-925d-4d02921451d1"
_UUID = re.compile(r'("?)([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\1', re.ASCII)
# An entity tag begins with the version. The rest tells several documents of one version apart.
_VERSION = re.compile(r'"([0-9]{1,18})(?:-[!#-~]*)?"', re.ASCII)


class Sent(NamedTuple):
    """The values of both headers; None for a header that was not sent."""

    command_id: UUID | None
    expected_version: int | None


def sent(headers: Mapping[str, str], *, creates: bool) -> Sent:
    """The values of both headers. Raises Invalid with the faults of both."""
    faults = FaultCollector()
    with faults:
        key = command_id(headers)
    with faults:
        version = expected_version(headers, creates=creates)
    faults.refuse_if_any()
    return Sent(key, version)


def command_id(headers: Mapping[str, str]) -> UUID | None:
    """The Idempotency-Key, a UUID with or without quotes; None if absent. Raises Invalid."""
    written = headers.get(IDEMPOTENCY_KEY)
    if written is None:
        return None
    found = _UUID.fullmatch(written.strip())
    if found is None:
        raise _malformed(
            IDEMPOTENCY_KEY, f"{written[:100]!r} is not a UUID. Send one, as in {_EXAMPLE_UUID}."
        )
    return UUID(found[2])


def expected_version(headers: Mapping[str, str], *, creates: bool) -> int | None:
    """The version in If-Match, such as "12", or in the ETag of a query; None if absent. Raises Invalid."""
    written = headers.get(IF_MATCH)
    if written is None:
        return None
    if creates:
        raise _malformed(IF_MATCH, "A new product has no version yet. Leave out If-Match.")
    found = _VERSION.fullmatch(written.strip())
    if found is None:
        raise _malformed(
            IF_MATCH,
            f'{written[:100]!r} is not a version. Send a version in double quotes, as in "12", or the ETag of a query.',
        )
    return int(found[1])


def _malformed(header: str, detail: str) -> Invalid:
    return Invalid([FieldFault(header, "malformed", detail)])
