"""The views of the commands: POST sends one through the bus, GET describes it or gives its status."""

from typing import Any

import msgspec
from django.http import QueryDict
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import SessionAuthentication
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from boundary.limits.public_read import PublicUnlessClosed
from boundary.requests import prefer
from boundary.requests.parsers import MAX_BODY_BYTES, StrictJSONParser
from boundary.requests.prefer import Preferences
from boundary.responses.renderers import RENDERERS
from events.consistency import tokens
from kernel.actor import Actor
from kernel.errors import FaultCollector, NotFound, PayloadTooLarge, UnsupportedMediaType
from products_write.api import headers
from products_write.api.command_log import find_record
from products_write.api.documents import CommandDescription
from products_write.api.permissions import MaySend
from products_write.api.schema import LIST_COMMANDS, SHOW_COMMAND, CommandResponses, CommandSchema
from products_write.api.serializers import serializer_of
from products_write.bus.acceptance import ACCEPTED
from products_write.bus.behaviours import parse_command
from products_write.bus.dispatch import accept, send
from products_write.bus.envelope import CommandResponse, Envelope
from products_write.command_log.status import result_of, status_body
from products_write.commands import COMMANDS, Command, CommandResult
from products_write.commands.definition.form_payload import form_payload


class CommandSide(APIView):
    """No cache keeps a response about commands, because it depends on the user who sends the request."""

    renderer_classes = RENDERERS

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        finalized = super().finalize_response(request, response, *args, **kwargs)
        finalized["Cache-Control"] = "no-store"
        patch_vary_headers(finalized, ["Accept", "Authorization", "Cookie"])
        return finalized


class CommandView(CommandSide):
    """One command."""

    command_type: type[Command] = Command
    parser_classes = (StrictJSONParser, FormParser, MultiPartParser)
    permission_classes = (MaySend,)
    schema = CommandSchema()

    def get(self, request: Request) -> Response:
        return Response(msgspec.json.encode(_described(request, self.command_type)))

    def post(self, request: Request) -> Response:
        refuse_form_without_session(request)
        actor = Actor.of(request.user)
        payload, lax, sent = _read(request, self.command_type, actor)
        later = Preferences.of(request.headers.get(prefer.PREFER_HEADER)).respond_async
        envelope = Envelope.of(
            self.command_type.slug,
            payload,
            actor=actor,
            command_id=sent.command_id,
            expected_version=sent.expected_version,
            lax=lax,
        )
        return response_of(request, accept(envelope) if later else send(envelope))

    def get_serializer(self, *args: Any, **kwargs: Any) -> Serializer[Any]:
        """The serializer that draws the form of the browsable API."""
        return serializer_of(self.command_type)(*args, **kwargs)

    def get_view_name(self) -> str:
        return self.command_type.slug

    def get_view_description(self, html: bool = False) -> str:
        return str(self.command_type.__doc__)


class CommandListView(CommandSide):
    """All commands, each with its description, its fields and its address."""

    permission_classes = (PublicUnlessClosed,)
    schema = CommandResponses()

    @LIST_COMMANDS
    def get(self, request: Request) -> Response:
        listed = [_described(request, command_type) for command_type in COMMANDS.values()]
        return Response(msgspec.json.encode(listed))

    def get_view_name(self) -> str:
        return "Commands"


class CommandStatusView(CommandSide):
    """The status of a command: pending, succeeded with its result, or refused with the problem."""

    permission_classes = (IsAuthenticated,)
    schema = CommandResponses()

    @SHOW_COMMAND
    def get(self, request: Request, command_id: Any) -> Response:
        record = find_record(command_id, Actor.of(request.user), request.query_params)
        return Response(status_body(record), headers=_token_header(result_of(record)))


@extend_schema(exclude=True)
class UnknownCommandView(CommandSide):
    """Refuses every other name with 404."""

    permission_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound(f"There is no command {kwargs['name']!r}. See the list at {reverse('commands')}.")


def response_of(request: Request, command_response: CommandResponse) -> Response:
    """The HTTP response: the stored body as it is, and the headers that a client needs next."""
    response = Response(
        command_response.body, status=command_response.status, headers=_token_header(command_response.result)
    )
    if command_response.status >= 400:
        response.content_type = "application/problem+json"
    elif command_response.status == ACCEPTED:
        response["Location"] = reverse("command-status", args=[command_response.command_id])
        response[prefer.PREFERENCE_APPLIED_HEADER] = "respond-async"
    elif command_response.result is not None and command_response.status == 201:
        base = request.path.partition("/commands/")[0]
        response["Location"] = f"{base}/products/{command_response.result.product_id}/"
    if command_response.replayed:
        response["Idempotent-Replayed"] = "true"
    return response


def refuse_form_without_session(request: Request) -> None:
    """Raises UnsupportedMediaType for a form without a session, and PayloadTooLarge.

    Forms are for the browsable pages, which have a session and a CSRF token.
    """
    if _is_form(request) and not isinstance(request.successful_authenticator, SessionAuthentication):
        raise UnsupportedMediaType
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY_BYTES:
        raise PayloadTooLarge


def _is_form(request: Request) -> bool:
    media_type = (request.content_type or "").partition(";")[0].strip().lower()
    return media_type in {FormParser.media_type, MultiPartParser.media_type}


def _read(
    request: Request, command_type: type[Command], actor: Actor
) -> tuple[dict[str, object], bool, headers.Sent]:
    """The payload, whether to read it laxly, and the headers. Raises Invalid with the faults of payload and headers."""
    faults, sent = FaultCollector(), None
    with faults:
        sent = headers.sent(request.headers, creates=command_type.creates)
    with faults:
        payload, lax = _payload(request, command_type)
        if sent is None:  # the request ends here, so the bus cannot find the faults of the fields
            parse_command(command_type, payload, actor, lax=lax)
    faults.refuse_if_any()
    assert sent is not None
    return payload, lax, sent


def _payload(request: Request, command_type: type[Command]) -> tuple[dict[str, object], bool]:
    """The body, and whether to read it laxly."""
    sent: Any = request.data
    if isinstance(sent, QueryDict):
        return form_payload(command_type, dict(sent.lists())), True
    return dict(sent), False


def _token_header(result: CommandResult | None) -> dict[str, str]:
    if result is None:
        return {}
    return {tokens.TOKEN_HEADER: tokens.issue_token(result.product_id, result.version, result.position)}


def _described(request: Request, command_type: type[Command]) -> CommandDescription:
    address = reverse(f"command-{command_type.slug}")
    return CommandDescription.of(command_type, request.build_absolute_uri(address))
