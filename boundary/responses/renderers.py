"""The renderers of both sides. Stored JSON is sent without change; problems and OPTIONS are rendered as usual."""

from collections.abc import Mapping
from typing import Any

import msgspec
from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer


class StoredJSONRenderer(JSONRenderer):
    """Sends bytes, which are stored JSON, unchanged. The browsable page asks for an indent and gets one."""

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
