"""What OpenAPI says of the commands."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from products_write.api.serializers import CommandResultSerializer

_PROBLEM = OpenApiResponse({"type": "object"}, description="A problem (RFC 9457); `code` says which.")
_REFUSALS = ("400", "401", "403", "404", "409", "412", "413", "415", "422", "429", "503")


class CommandSchema(AutoSchema):
    """One command: its headers, its fields, its answer and its refusals."""

    def get_operation_id(self) -> str:
        name = self.view.command_type.address.replace("-", "_")
        return name if self.method == "POST" else f"describe_{name}"

    def get_tags(self) -> list[str]:
        return ["commands"]

    def get_description(self) -> str:
        return str(self.view.command_type.__doc__)

    def get_request_serializer(self) -> Any:
        return self.view.get_serializer() if self.method == "POST" else None

    def get_response_serializers(self) -> Any:
        if self.method != "POST":
            return {"200": OpenApiTypes.OBJECT}
        success = "201" if self.view.command_type.creates else "200"
        return {success: CommandResultSerializer} | {
            (status, "application/problem+json"): _PROBLEM for status in _REFUSALS
        }

    def get_override_parameters(self) -> list[OpenApiParameter]:
        if self.method != "POST":
            return []
        header = {"type": str, "location": OpenApiParameter.HEADER, "required": False}
        key = OpenApiParameter("Idempotency-Key", description="The command's id, a UUID.", **header)
        match = OpenApiParameter("If-Match", description="The version seen, or a query's ETag.", **header)
        return [key] if self.view.command_type.creates else [key, match]
