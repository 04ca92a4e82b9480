"""The entrance of the bus: every command is sent or accepted here."""

from kernel.errors import ServiceError
from products_write.bus import behaviours
from products_write.bus.acceptance import enqueue
from products_write.bus.envelope import Behaviour, CommandResponse, Envelope, chain
from products_write.bus.idempotency import deduplicate
from products_write.bus.refusals import hold_to_declared
from products_write.commands.definition.base import COMMAND_HANDLERS

SEND_BEHAVIOURS: tuple[Behaviour, ...] = (
    behaviours.record_metrics,
    behaviours.correlate_and_log,
    behaviours.authorise,
    behaviours.validate,
    behaviours.log_refusals,
    behaviours.in_transaction,
    deduplicate,
)
"""The behaviours around every handler; the first is the outermost."""

ACCEPT_BEHAVIOURS: tuple[Behaviour, ...] = (
    behaviours.correlate_and_log,
    behaviours.authorise,
    behaviours.validate,
    behaviours.in_transaction,
)
"""The behaviours around storing a command for later. queue.execution has the behaviours around its execution."""


def send(envelope: Envelope) -> CommandResponse:
    """Executes the command and returns its response. A repeated command gets its stored response.

    Call it outside any transaction. Raises a ServiceError with a code for a refusal. Raises Unavailable when the
    database cannot be used. To try again, make a new envelope with the same `command_id`.
    """
    return _execute(envelope)


def accept(envelope: Envelope) -> CommandResponse:
    """Stores the command for a worker, and returns its pending status with 202.

    Call it outside any transaction. Raises a ServiceError for a sender who is not signed in, a missing permission
    and a fault in the fields. The worker stores a later refusal as the command's response.
    """
    return _accept(envelope)


def handle(envelope: Envelope) -> CommandResponse:
    """Runs the command's handler. It is the innermost step of a chain of behaviours."""
    handler = COMMAND_HANDLERS[envelope.command_type]
    try:
        result = handler(envelope.command, envelope.unit_of_work())
    except ServiceError as refusal:
        hold_to_declared(envelope.command_type, refusal)
        raise
    return CommandResponse.of(result, created=envelope.command_type.creates)


_execute = chain(SEND_BEHAVIOURS, handle)
_accept = chain(ACCEPT_BEHAVIOURS, enqueue)
