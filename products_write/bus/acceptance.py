"""Stores a command that a worker executes later, and makes the response for the meantime."""

from functools import partial

import msgspec
from django.db import transaction

from kernel.database.aliases import write_alias
from products_write.bus import idempotency
from products_write.bus.envelope import CommandResponse, Envelope
from products_write.command_log.status import status_body
from products_write.models import CommandRecord, QueuedCommand
from products_write.signals import command_accepted

ACCEPTED = 202


def enqueue(envelope: Envelope) -> CommandResponse:
    """Claims the command's key, and puts the command at the end of its product's line.

    A repeated command gets its stored response. While it waits it gets the pending status again.
    """
    earlier = idempotency.claim_key(envelope)
    if earlier is None:
        return _pending(_queued(envelope))
    if earlier.http_status is None:
        return _pending(earlier, replayed=True)
    return CommandResponse.stored(earlier.http_status, earlier.body)


def _queued(envelope: Envelope) -> CommandRecord:
    record = idempotency.record_of(envelope)
    record.product_id = getattr(envelope.command, "product_id", None) or None
    record.save(update_fields=["product_id"])
    payload = msgspec.json.encode(envelope.command).decode()
    QueuedCommand.objects.enqueue(record, payload, envelope.expected_version)
    announce = partial(command_accepted.send_robust, sender=QueuedCommand, record_id=record.id)
    transaction.on_commit(announce, using=write_alias(), robust=True)
    return record


def _pending(record: CommandRecord, *, replayed: bool = False) -> CommandResponse:
    return CommandResponse(ACCEPTED, status_body(record), None, replayed, record.command_id)
