"""The one way in: every command, from wherever it comes, is sent here."""

import uuid
from collections.abc import Mapping
from uuid import UUID

from kernel.actor import Actor
from kernel.correlation import current_correlation_id, new_correlation_id
from kernel.errors import NotFound
from products_write.bus import behaviours
from products_write.bus.acceptance import enqueue as store
from products_write.bus.envelope import Behaviour, CommandResponse, Envelope, chain
from products_write.commands import COMMANDS, Command
from products_write.commands.definition.base import HANDLERS

SEND_BEHAVIOURS: tuple[Behaviour, ...] = (
    behaviours.record_metrics,
    behaviours.correlate_and_log,
    behaviours.authorise,
    behaviours.validate,
    behaviours.log_refusals,
    behaviours.in_transaction,
    behaviours.deduplicate,
)
"""Around every handler, the first outermost."""

ACCEPT_BEHAVIOURS: tuple[Behaviour, ...] = (
    behaviours.correlate_and_log,
    behaviours.authorise,
    behaviours.validate,
    behaviours.in_transaction,
)
"""Around storing a command that is executed later. products_write.queue.execution has those around its execution."""


def send(
    name: str,
    payload: Mapping[str, object],
    *,
    actor: Actor,
    command_id: UUID | None = None,
    expected_version: int | None = None,
    correlation_id: str | None = None,
    lax: bool = False,
) -> CommandResponse:
    """Executes the command called `name` and returns its answer, or the stored one if `command_id` had one.

    `payload` is what JSON gives, or with `lax` what a form gives. `expected_version` is the version of the product
    that the sender saw. Call it outside any transaction. Raises a ServiceError for a refusal, whose code says
    which, and Unavailable when nothing was done for now.
    """
    envelope = _enveloped(name, payload, actor, command_id, expected_version, correlation_id, lax)
    return _execute(envelope)


def accept(
    name: str,
    payload: Mapping[str, object],
    *,
    actor: Actor,
    command_id: UUID | None = None,
    expected_version: int | None = None,
    correlation_id: str | None = None,
    lax: bool = False,
) -> CommandResponse:
    """Stores the command for a worker to execute, and returns its status with 202; else like `send`.

    What speaks against it now (not signed in, no permission, faults in the fields) is raised now; what speaks
    against it once it is its turn becomes its answer.
    """
    envelope = _enveloped(name, payload, actor, command_id, expected_version, correlation_id, lax)
    return _accept(envelope)


def _enveloped(
    name: str,
    payload: Mapping[str, object],
    actor: Actor,
    command_id: UUID | None,
    expected_version: int | None,
    correlation_id: str | None,
    lax: bool,
) -> Envelope:
    return Envelope(
        command_type=command_type_of(name),
        payload=payload,
        actor=actor,
        command_id=command_id or uuid.uuid4(),
        correlation_id=correlation_id or current_correlation_id() or new_correlation_id(),
        expected_version=expected_version,
        lax=lax,
        has_new_key=command_id is None,
    )


def command_type_of(name: str) -> type[Command]:
    """The command called `name`. Raises NotFound."""
    if name not in COMMANDS:
        raise NotFound(f"There is no command {name!r}.")
    return COMMANDS[name]


def handle(envelope: Envelope) -> CommandResponse:
    """Has the command's handler execute it, inside whatever behaviours there are."""
    handler = HANDLERS[envelope.command_type]
    return CommandResponse.of(
        handler(envelope.command, envelope.context()), created=envelope.command_type.creates
    )


_execute = chain(SEND_BEHAVIOURS, handle)
_accept = chain(ACCEPT_BEHAVIOURS, store)
