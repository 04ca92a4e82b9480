"""Executes the queued commands: each one once, and those of one product one at a time in their order.

A worker locks the command's row of the queue. It executes the command, stores the response and removes the row in one
transaction. If the worker dies, the queue is as before. If another worker holds the first command of a line, leave
that line to it: it looks at the line again after each commit.
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
    """Executes, in order, the commands in the line of this command. Returns True if the deadline left some of them.

    `deadline` is in seconds of the monotonic clock. Nothing happens when the command is executed already, or when
    another worker holds the line. The sweep tries again later if a command fails in passing.
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
    """Executes the commands of all lines until the deadline. The line that has waited longest comes first."""
    for record_id in QueuedCommand.objects.one_of_each_line():
        if time.monotonic() < deadline:
            execute_line_of(record_id, deadline)


def in_turn(envelope: Envelope, proceed: Next) -> CommandResponse:
    """Behaviour: locks the command's row of the queue, stores the response or refusal, and removes the row.

    Raises CommandInProgress if another worker holds the row or the command is executed already.
    """
    assert envelope.accepted is not None
    if not QueuedCommand.objects.claim(envelope.accepted.queued_id):
        raise CommandInProgress
    try:
        # The savepoint undoes what a refused command has written, and keeps the lock on the row.
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
    """Behaviour: the sender must still have the permission that they had at acceptance."""
    if not envelope.actor.is_authenticated:
        raise PermissionDenied(
            "The account that sent this command was deleted or deactivated before its execution. Nothing was done."
        )
    return behaviours.authorise(envelope, proceed)


def restore(envelope: Envelope, proceed: Next) -> CommandResponse:
    """Behaviour: takes the fields as they were validated at acceptance.

    A second validation could refuse a time as in the future, because the clock of this machine may be behind.
    """
    envelope.validated = msgspec.convert(envelope.payload, envelope.command_type)
    return proceed(envelope)


def fail(envelope: Envelope) -> CommandResponse:
    """Stands in for the handler of a command that is given up: refuses it as `internal`."""
    raise ServiceError


QUEUE_BEHAVIOURS: tuple[Behaviour, ...] = (
    behaviours.correlate_and_log,
    behaviours.in_transaction,
    in_turn,
    authorise_again,
    restore,
)
"""The behaviours around the handler of a queued command; the first is the outermost."""

_execute = chain(QUEUE_BEHAVIOURS, handle)
_give_up = chain((behaviours.in_transaction, in_turn), fail)


def _has_ended(head: QueuedCommand) -> bool:
    """Executes the command. Returns True if it has its response, so that the next command of the line may follow."""
    envelope = _envelope_of(head)
    if envelope is None:
        return False
    try:
        _execute(envelope)
    except (CommandInProgress, Unavailable):
        return False
    except Exception:
        if not head.is_past_retry_period():  # correlate_and_log has logged the failure; the sweep tries again
            return False
        _give_up(envelope)
    return True


def _envelope_of(head: QueuedCommand) -> Envelope | None:
    """The envelope of a queued command; None for an unknown command, which waits for a release that knows it."""
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
    """The sender, with the permissions that they have now. A missing user becomes an actor without any."""
    if actor_id == SYSTEM_ACTOR_ID:
        return SYSTEM
    user = get_user_model()._default_manager.filter(pk=actor_id, is_active=True).first()
    return (
        Actor(actor_id, f"user:{actor_id}", False, lambda permission: False)
        if user is None
        else Actor.of(user)
    )
