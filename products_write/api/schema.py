"""What OpenAPI says of the commands."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from products_write.api.headers import IDEMPOTENCY_KEY, IF_MATCH
from products_write.api.serializers import CommandResultSerializer, serializer_of
from products_write.commands import Command

_PROBLEM = OpenApiResponse({"type": "object"}, description="A problem (RFC 9457); `code` says which.")
_REFUSALS = ("400", "401", "403", "404", "409", "412", "413", "415", "422", "429", "503")


class CommandSchema(AutoSchema):
    """One command: its headers, its fields, its answer and its refusals."""

    @property
    def command_type(self) -> type[Command]:
        found: type[Command] = self.view.command_type  # type: ignore[attr-defined]
        return found

    def get_operation_id(self) -> str:
        name = self.command_type.address.replace("-", "_")
        return name if self.method == "POST" else f"describe_{name}"

    def get_tags(self) -> list[str]:
        return ["commands"]

    def get_description(self) -> str:  # type: ignore[override]  # as drf_spectacular itself does
        return str(self.command_type.__doc__)

    def get_request_serializer(self) -> Any:
        return serializer_of(self.command_type)() if self.method == "POST" else None

    def get_response_serializers(self) -> Any:
        if self.method != "POST":
            return {"200": OpenApiTypes.OBJECT}
        success = "201" if self.command_type.creates else "200"
        return {success: CommandResultSerializer} | {
            (status, "application/problem+json"): _PROBLEM for status in _REFUSALS
        }

    def get_override_parameters(self) -> Any:
        if self.method != "POST":
            return []
        return [_KEY] if self.command_type.creates else [_KEY, _MATCH]


def _header(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, required=False, description=description)


_KEY = _header(IDEMPOTENCY_KEY, "The command's id, a UUID; sent again, the command takes effect once.")
_MATCH = _header(IF_MATCH, "The version seen, as a number in quotes or as a query's ETag.")
