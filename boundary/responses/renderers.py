"""Stored documents and answers leave as they are; everything else (problems, OPTIONS) is rendered as usual."""

from collections.abc import Mapping
from typing import Any

import msgspec
from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer


class StoredJSONRenderer(JSONRenderer):
    """Passes bytes through; for the browsable page, which asks for an indent, laid out to be read."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        if not isinstance(data, bytes):
            return super().render(data, accepted_media_type, renderer_context)
        indent = (renderer_context or {}).get("indent")
        return msgspec.json.format(data, indent=indent) if indent else data


RENDERERS = (StoredJSONRenderer, BrowsableAPIRenderer)
