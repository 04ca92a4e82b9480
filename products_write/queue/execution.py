"""Executing the commands that wait: each once, those of one product in the order accepted, one at a time.

Whoever executes holds the row of the queue, and decides, answers and removes the row in one transaction. A worker
that dies leaves it as it was. Who finds the first of a line taken leaves the line to whoever has it, who looks at
it again after each commit.
"""

import time
from math import inf

import msgspec
import structlog
from django.contrib.auth import get_user_model
from django.db import transaction

from kernel.actor import SYSTEM, Actor
from kernel.database.aliases import write_alias
from kernel.errors import PermissionDenied, ServiceError, Unavailable
from products_write.bus import behaviours, idempotency
from products_write.bus.dispatch import handle
from products_write.bus.envelope import Behaviour, CommandResponse, Envelope, Next, QueuePlace, chain
from products_write.commands import COMMANDS
from products_write.errors import CommandInProgress
from products_write.models import SYSTEM_ACTOR_ID, QueuedCommand

logger = structlog.get_logger("products_write.execution")


def execute_line_of(record_id: int, deadline: float = inf) -> bool:
    """Execute, in order, what waits for the same product as this command; whether `deadline` left some of it.

    Nothing happens when the command is executed already or its line is in somebody else's hands. What fails for
    now is left to the sweep. `deadline` is in monotonic seconds.
    """
    waiting = QueuedCommand.objects.filter(record_id=record_id).first()
    head = waiting and QueuedCommand.objects.next_in_line(waiting)
    while head is not None:
        if time.monotonic() > deadline:
            return True
        if not _has_ended(head):
            return False
        head = QueuedCommand.objects.next_in_line(head)
    return False


def execute_everything_waiting(deadline: float = inf) -> None:
    """Execute what waits for any product, the line that has waited longest first."""
    for record_id in QueuedCommand.objects.one_of_each_line():
        if time.monotonic() < deadline:
            execute_line_of(record_id, deadline)


def in_turn(envelope: Envelope, proceed: Next) -> CommandResponse:
    """Behaviour: holds the command's place in the queue, and stores the answer, a refusal too, as it gives it up."""
    assert envelope.accepted is not None
    if not QueuedCommand.objects.claim(envelope.accepted.queued_id):
        raise CommandInProgress
    try:
        with transaction.atomic(using=write_alias()):
            response = proceed(envelope)
    except Unavailable:
        raise
    except ServiceError as refusal:
        response = CommandResponse.refused(refusal, envelope.correlation_id)
    idempotency.store_response(envelope, response)
    QueuedCommand.objects.filter(id=envelope.accepted.queued_id).delete()
    return response


def authorise_again(envelope: Envelope, proceed: Next) -> CommandResponse:
    """Behaviour: what was allowed at acceptance must be allowed still."""
    if not envelope.actor.is_authenticated:
        raise PermissionDenied("The account that sent this command is gone or inactive.")
    return behaviours.authorise(envelope, proceed)


def restore(envelope: Envelope, proceed: Next) -> CommandResponse:
    """Behaviour: the fields as they were validated; the clock of this machine is no reason to refuse them now."""
    envelope.validated = msgspec.convert(envelope.payload, envelope.command_type)
    return proceed(envelope)


def fail(envelope: Envelope) -> CommandResponse:
    raise ServiceError


QUEUE_BEHAVIOURS: tuple[Behaviour, ...] = (
    behaviours.correlate_and_log,
    behaviours.in_transaction,
    in_turn,
    authorise_again,
    restore,
)
"""Around every handler of a command that waited, the first outermost."""

_execute = chain(QUEUE_BEHAVIOURS, handle)
_give_up = chain((behaviours.in_transaction, in_turn), fail)


def _has_ended(head: QueuedCommand) -> bool:
    """Executes the command; whether it has its answer, so that it is the next one's turn."""
    envelope = _envelope_of(head)
    if envelope is None:
        return False
    try:
        _execute(envelope)
    except (CommandInProgress, Unavailable):
        return False
    except Exception:
        if not head.is_past_patience():  # correlate_and_log has logged it
            return False
        _give_up(envelope)
    return True


def _envelope_of(head: QueuedCommand) -> Envelope | None:
    """None for a command that this code does not know: it waits for a release that does."""
    record = head.record
    if record.name not in COMMANDS:
        logger.error("queued_command_unknown", command=record.name, command_id=str(record.command_id))
        return None
    return Envelope(
        command_type=COMMANDS[record.name],
        payload=msgspec.json.decode(head.payload),
        actor=_actor(record.actor_id),
        command_id=record.command_id,
        correlation_id=record.correlation_id,
        expected_version=head.expected_version,
        accepted=QueuePlace(head.id, head.accepted_at),
    )


def _actor(actor_id: int) -> Actor:
    """Who sent it, with the permissions of now."""
    if actor_id == SYSTEM_ACTOR_ID:
        return SYSTEM
    user = get_user_model()._default_manager.filter(pk=actor_id, is_active=True).first()
    return (
        Actor(actor_id, f"user:{actor_id}", False, lambda permission: False)
        if user is None
        else Actor.of(user)
    )
