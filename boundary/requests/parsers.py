"""The parser of request bodies, with a limit on their size."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser

from boundary.requests.json_body import parse
from kernel.errors import FieldFault, Invalid, PayloadTooLarge

MAX_BODY_BYTES = 256 * 1024


class StrictJSONParser(BaseParser):
    """Reads application/json, which must hold an object of at most MAX_BODY_BYTES.

    Raises PayloadTooLarge for more, and Invalid for all that boundary.requests.json_body refuses.
    """

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, object]:
        body = stream.read(MAX_BODY_BYTES + 1)  # one byte more than allowed, to see that there is more
        if len(body) > MAX_BODY_BYTES:
            raise PayloadTooLarge
        value = parse(body)
        if not isinstance(value, dict):
            raise Invalid([FieldFault("", "malformed", "Send a JSON object.")])
        return value
