"""The envelope that carries a command through the bus, and the response that comes back."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from kernel.actor import Actor
from kernel.correlation import current_correlation_id, new_correlation_id
from kernel.errors import NotFound, ServiceError
from kernel.problem_documents import problem_document, status_of
from products_write.commands import COMMANDS
from products_write.commands.definition.base import Command, CommandResult, UnitOfWork


class QueuePlace(NamedTuple):
    """The place of a waiting command in the queue, and the moment of its acceptance."""

    queued_id: int
    at: datetime


@dataclass(slots=True)
class Envelope:
    """A command on its way through the bus.

    `payload` has the fields as they came. `command` has them after a behaviour has validated them. `lax` marks a
    payload from a form, in which numbers are text.
    """

    command_type: type[Command]
    payload: Mapping[str, object]
    actor: Actor
    command_id: UUID
    correlation_id: str
    expected_version: int | None = None
    lax: bool = False
    has_new_key: bool = False
    """Whether `command_id` was made for this envelope, so that no other command can have it."""
    validated: Command | None = None
    accepted: QueuePlace | None = None

    @classmethod
    def of(
        cls,
        name: str,
        payload: Mapping[str, object],
        *,
        actor: Actor,
        command_id: UUID | None = None,
        expected_version: int | None = None,
        correlation_id: str | None = None,
        lax: bool = False,
    ) -> "Envelope":
        """The command called `name` with its fields, ready to be sent. Raises NotFound for an unknown name.

        `payload` holds values as JSON gives them, or with `lax` as a form gives them. `command_id` is the idempotency
        key; without one the envelope makes its own. `expected_version` is the version of the product that the sender
        saw. `correlation_id` is by default the current one.
        """
        if name not in COMMANDS:
            raise NotFound(f"There is no command {name!r}. The commands are: {', '.join(COMMANDS)}.")
        return cls(
            command_type=COMMANDS[name],
            payload=payload,
            actor=actor,
            command_id=command_id or uuid.uuid4(),
            correlation_id=correlation_id or current_correlation_id() or new_correlation_id(),
            expected_version=expected_version,
            lax=lax,
            has_new_key=command_id is None,
        )

    @property
    def command(self) -> Command:
        """The validated command. Raises RuntimeError before its validation."""
        if self.validated is None:
            raise RuntimeError("The command is used before it is validated.")
        return self.validated

    def unit_of_work(self) -> UnitOfWork:
        """The unit of work that the handler gets."""
        return UnitOfWork(
            actor=self.actor,
            command=self.command,
            command_id=self.command_id,
            correlation_id=self.correlation_id,
            expected_version=self.expected_version,
            accepted_at=None if self.accepted is None else self.accepted.at,
        )


@dataclass(frozen=True, slots=True)
class CommandResponse:
    """The response to a command. `body` is the JSON exactly as it is stored; `replayed` marks a repeated response.

    `status` is 200, or 201 for a new product, or 202 for a command that waits, or the status of a stored refusal.
    `result` is None for the last two.
    """

    status: int
    body: bytes
    result: CommandResult | None
    replayed: bool = False
    command_id: UUID | None = None
    """The id of a command that waits, under which a client reads its status."""

    @classmethod
    def of(cls, result: CommandResult, *, created: bool) -> "CommandResponse":
        """The response of a command that succeeded; `created` says whether it made a product."""
        return cls(201 if created else 200, _encode(result), result)

    @classmethod
    def refused(cls, error: ServiceError, correlation_id: str) -> "CommandResponse":
        """The response of a refused command, which every later command with its key gets too."""
        return cls(status_of(error), msgspec.json.encode(problem_document(error, correlation_id)), None)

    @classmethod
    def stored(cls, status: int, body: str) -> "CommandResponse":
        """A response that is in the command log already."""
        result = _decode(body) if status < 400 else None
        return cls(status, body.encode(), result, replayed=True)


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(CommandResult).decode

Next = Callable[[Envelope], CommandResponse]
Behaviour = Callable[[Envelope, Next], CommandResponse]


def chain(behaviours: tuple[Behaviour, ...], last: Next) -> Next:
    """One function that runs `last` inside all behaviours; the first is the outermost."""
    for behaviour in reversed(behaviours):
        last = _around(behaviour, last)
    return last


def _around(behaviour: Behaviour, inner: Next) -> Next:
    def run(envelope: Envelope) -> CommandResponse:
        return behaviour(envelope, inner)

    return run
