"""The one way in: every command, from wherever it comes, is sent here."""

import uuid
from collections.abc import Mapping
from uuid import UUID

from boundary.actor import Actor
from boundary.correlation import current_correlation_id, new_correlation_id
from boundary.errors import NotFound
from products_write import behaviours
from products_write.commands import COMMANDS, Command
from products_write.commands.base import HANDLERS
from products_write.envelope import Behaviour, Envelope, Outcome, chain

__all__ = ["BEHAVIOURS", "COMMANDS", "Outcome", "command_type_of", "send"]

BEHAVIOURS: tuple[Behaviour, ...] = (
    behaviours.correlate_and_log,
    behaviours.authorise,
    behaviours.validate,
    behaviours.log_refusals,
    behaviours.transact,
    behaviours.once,
)
"""Around every handler, the first outermost."""


def send(
    name: str,
    payload: Mapping[str, object],
    *,
    actor: Actor,
    command_id: UUID | None = None,
    expected_version: int | None = None,
    correlation_id: str | None = None,
    lax: bool = False,
) -> Outcome:
    """Executes the command called `name` and returns its answer, or the stored one if `command_id` had one.

    `payload` is what JSON gives, or with `lax` what a form gives. `expected_version` is the version of the product
    that the sender saw. Call it outside any transaction. Raises a ServiceError for a refusal, whose code says
    which, and Unavailable when nothing was done for now.
    """
    envelope = Envelope(
        command_type=command_type_of(name),
        payload=payload,
        actor=actor,
        command_id=command_id or uuid.uuid4(),
        correlation_id=correlation_id or current_correlation_id() or new_correlation_id(),
        expected_version=expected_version,
        lax=lax,
    )
    return _execute(envelope)


def command_type_of(name: str) -> type[Command]:
    """The command called `name`. Raises NotFound."""
    if name not in COMMANDS:
        raise NotFound(f"There is no command {name!r}.")
    return COMMANDS[name]


def _handle(envelope: Envelope) -> Outcome:
    handler = HANDLERS[envelope.command_type]
    return Outcome.of(handler(envelope.command, envelope.context()), created=envelope.command_type.creates)


_execute = chain(BEHAVIOURS, _handle)
