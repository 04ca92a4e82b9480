"""The one way in: every command, wherever it comes from, is sent or accepted here."""

from products_write.bus import behaviours
from products_write.bus.acceptance import enqueue
from products_write.bus.envelope import Behaviour, CommandResponse, Envelope, chain
from products_write.bus.idempotency import deduplicate
from products_write.commands.definition.base import HANDLERS

SEND_BEHAVIOURS: tuple[Behaviour, ...] = (
    behaviours.record_metrics,
    behaviours.correlate_and_log,
    behaviours.authorise,
    behaviours.validate,
    behaviours.log_refusals,
    behaviours.in_transaction,
    deduplicate,
)
"""The behaviours around every handler, the first outermost."""

ACCEPT_BEHAVIOURS: tuple[Behaviour, ...] = (
    behaviours.correlate_and_log,
    behaviours.authorise,
    behaviours.validate,
    behaviours.in_transaction,
)
"""The behaviours around storing a command for later. products_write.queue.execution has those of its execution."""


def send(envelope: Envelope) -> CommandResponse:
    """Executes the command and returns its answer, or the stored one if its id was answered before.

    Call it outside any transaction. Raises a ServiceError for a refusal, with a code, and Unavailable when nothing
    was done for now.
    """
    return _execute(envelope)


def accept(envelope: Envelope) -> CommandResponse:
    """Stores the command for a worker to execute, and returns its status with 202.

    Raises a ServiceError for what speaks against it now: a sender who is not signed in, a permission, a fault in
    the fields. A later refusal becomes the command's answer.
    """
    return _accept(envelope)


def handle(envelope: Envelope) -> CommandResponse:
    """Runs the command's handler, inside the behaviours of the caller."""
    handler = HANDLERS[envelope.command_type]
    result = handler(envelope.command, envelope.unit_of_work())
    return CommandResponse.of(result, created=envelope.command_type.creates)


_execute = chain(SEND_BEHAVIOURS, handle)
_accept = chain(ACCEPT_BEHAVIOURS, enqueue)
