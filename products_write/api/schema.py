"""The commands in OpenAPI: headers, fields, an example that can be sent, responses and refusals."""

from typing import Any

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiRequest,
    OpenApiResponse,
    extend_schema,
)

from boundary.requests import prefer
from boundary.responses import openapi
from boundary.responses.openapi import (
    StructSchema,
    add_component,
    problems,
    ref,
    request_header,
    response_header,
)
from events.consistency import tokens
from products_write.api.documents import COMPONENTS, CommandDescription
from products_write.api.headers import IDEMPOTENCY_KEY, IF_MATCH
from products_write.api.request_bodies import body_of
from products_write.command_log.status import PendingCommand
from products_write.commands import Command, CommandResult

_TEXT: dict[str, object] = {"type": "string"}

_UNCACHED = [
    *openapi.EVERYWHERE,
    response_header("Cache-Control", _TEXT, "Always `no-store`: no cache may keep the response."),
    response_header("Vary", _TEXT, "The request headers that the response depends on."),
]
_SENT = [
    *_UNCACHED,
    request_header(
        IDEMPOTENCY_KEY,
        {"type": "string", "format": "uuid"},
        "The id of the command: a new UUID for each new command, with or without quotes. Send a command again with the"
        " same key and the same body, and it takes effect only once: you get the first response again.",
    ),
    request_header(
        prefer.PREFER_HEADER,
        _TEXT,
        "Send `respond-async` to get 202 at once. The command is executed soon after. Read its status at `Location`.",
    ),
    response_header(
        tokens.TOKEN_HEADER,
        _TEXT,
        "Send this token with a query, and its response includes the changes of this command.",
        [200, 201],
    ),
    response_header(
        "Idempotent-Replayed",
        {"type": "string", "const": "true"},
        "The command was sent before. This is its first response.",
        [200, 201, 202],
    ),
    response_header(
        "Location",
        {"type": "string", "format": "uri-reference"},
        "The address of the command's status.",
        [202],
    ),
    response_header(
        prefer.PREFERENCE_APPLIED_HEADER,
        {"type": "string", "const": "respond-async"},
        "The preference that was applied.",
        [202],
    ),
]
_CREATED = response_header(
    "Location", {"type": "string", "format": "uri-reference"}, "The address of the new product.", [201]
)
_MATCH = request_header(
    IF_MATCH,
    {"type": "string", "format": "entity-tag", "pattern": '^"[0-9]{1,18}(-[!#-~]*)?"$'},
    'The version of the product that you saw, as in `"12"`, or the ETag of a query. You get 412 if a later change'
    " conflicts with this command.",
)

_ALWAYS = ("invalid", "not_authenticated", "not_acceptable", "throttled", "unavailable")
_OVER_HTTP = ("not_acceptable", "throttled", "csrf_failed", "payload_too_large", "unsupported_media_type")
# Any one of these is enough; the empty one stands for a client without a token.
_PUBLIC: Any = [{"tokenAuth": []}, {"cookieAuth": []}, {}]


class CommandResponses(StructSchema):
    """Describes an operation about commands, with the components of their responses."""

    components = COMPONENTS

    def get_tags(self) -> list[str]:
        return ["commands"]


class CommandSchema(CommandResponses):
    """The two operations of one command: GET describes it, and POST sends it."""

    @property
    def command_type(self) -> type[Command]:
        found: type[Command] = self.view.command_type  # type: ignore[attr-defined]
        return found

    def get_operation_id(self) -> str:
        name = self.command_type.slug.replace("-", "_")
        return name if self.method == "POST" else f"describe_{name}"

    def get_description(self) -> str:  # type: ignore[override]  # as drf_spectacular itself does
        return str(self.command_type.__doc__)

    def get_auth(self) -> Any:
        return super().get_auth() if self.method == "POST" else _PUBLIC

    def get_request_serializer(self) -> Any:
        if self.method != "POST":
            return None
        add_component(self.registry, self.command_type.__name__, body_of(self.command_type))
        example = OpenApiExample("demo", dict(self.command_type.example), request_only=True)
        return {"application/json": OpenApiRequest(ref(self.command_type), examples=[example])}

    def _get_request_body(self, direction: Any = "request") -> Any:
        body = super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        return body and body | {"required": True}

    def get_response_serializers(self) -> Any:
        if self.method != "POST":
            return {200: ref(CommandDescription), **problems(*_ALWAYS)}
        codes = (*(refusal.code for refusal in self.command_type.refusals()), *_OVER_HTTP)
        return {
            201 if self.command_type.creates else 200: ref(CommandResult),
            202: OpenApiResponse(
                ref(PendingCommand),
                description="The command is stored. It is executed soon, and only once.",
            ),
            **problems(*codes),
        }

    def get_override_parameters(self) -> Any:
        if self.method != "POST":
            return _UNCACHED
        return [*_SENT, _CREATED if self.command_type.creates else _MATCH]


LIST_COMMANDS = extend_schema(
    operation_id="list_commands",
    parameters=_UNCACHED,
    responses={200: {"type": "array", "items": ref(CommandDescription)}, **problems(*_ALWAYS)},
    auth=_PUBLIC,
)
SHOW_COMMAND = extend_schema(
    operation_id="show_command",
    parameters=[
        *_UNCACHED,
        OpenApiParameter(
            "actor",
            {"type": "integer", "format": "int64", "minimum": 0},
            description="The user id of the sender, if several senders have used this command id; 0 is the system.",
        ),
        response_header(
            tokens.TOKEN_HEADER,
            _TEXT,
            "Only for a command that succeeded: send it with a query, and its response includes the changes.",
            [200],
        ),
    ],
    responses={200: {"$ref": "#/components/schemas/CommandStatus"}, **problems(*_ALWAYS, "not_found")},
)
