"""The command log as keeper of idempotency keys: a key is taken first, and answered before commit."""

import hashlib
from dataclasses import replace
from typing import Any

import msgspec
from django.db import OperationalError
from django.utils import timezone

from kernel.database import tables
from kernel.database.failures import is_lock_timeout
from kernel.errors import ServiceError
from kernel.problem_documents import problem_document, status_of
from products_write.bus.envelope import CommandResponse, Envelope, Next
from products_write.errors import CommandInProgress, IdempotencyKeyReused
from products_write.models import SYSTEM_ACTOR_ID, CommandRecord

_encode_sorted = msgspec.json.Encoder(order="sorted").encode
_KEY = ("command_id", "actor_id")


def fingerprint(envelope: Envelope) -> str:
    """What makes two commands the same: name and validated fields."""
    fields = _encode_sorted(envelope.command)
    return hashlib.sha256(envelope.command_type.slug.encode() + b"\n" + fields).hexdigest()


def deduplicate(envelope: Envelope, proceed: Next) -> CommandResponse:
    """The command's key comes first, its answer last, both in the command's transaction.

    A key that was made here is known to nobody else yet: it comes with the answer.
    """
    if envelope.has_new_key:
        response = proceed(envelope)
        claim_key_and_store_response(envelope, response)
        return response
    earlier = claim_key(envelope)
    if earlier is not None:
        return stored_response(earlier)
    response = proceed(envelope)
    store_response(envelope, response)
    return response


def claim_key(envelope: Envelope) -> CommandRecord | None:
    """Takes the key for this transaction; the record of the same command if it has been taken before.

    Raises IdempotencyKeyReused, or CommandInProgress when another transaction holds the key for too long.
    """
    row = _row(envelope, status=CommandRecord.Status.PENDING, binding=True)
    try:
        taken = tables.insert_if_absent(CommandRecord, row, unique=_KEY, returning="id")
    except OperationalError as error:
        if is_lock_timeout(error):
            raise CommandInProgress from error
        raise
    return None if taken is not None else _taken_before(envelope, row)


def record_of(envelope: Envelope) -> CommandRecord:
    """The record of the key that was taken."""
    return CommandRecord.objects.get(**_key(envelope))


def stored_response(record: CommandRecord) -> CommandResponse:
    """What was answered under a key. Raises CommandInProgress while nothing was."""
    if record.http_status is None:
        raise CommandInProgress
    return CommandResponse.stored(record.http_status, record.body)


def find_response(envelope: Envelope) -> CommandResponse | None:
    """What this command was answered, None if there is no answer under its key."""
    record = CommandRecord.objects.filter(**_key(envelope), binding=True, http_status__isnull=False).first()
    if record is None or envelope.validated is None or record.fingerprint != fingerprint(envelope):
        return None
    return replace(stored_response(record), replayed=False)


def store_response(envelope: Envelope, response: CommandResponse) -> None:
    """Stores the answer under the key, in the same transaction; from then on it binds."""
    tables.update(CommandRecord, _answered(response), _key(envelope))


def claim_key_and_store_response(envelope: Envelope, response: CommandResponse) -> None:
    """Both in one, for a key that nobody else can have."""
    row = _row(envelope, status=CommandRecord.Status.SUCCEEDED, binding=True)
    tables.insert(CommandRecord, row | _answered(response))


def log_refusal(envelope: Envelope, error: ServiceError) -> None:
    """Keeps a refusal for people to read. It binds nothing: the same key may be tried again."""
    document = problem_document(error, envelope.correlation_id)
    row = _row(envelope, status=CommandRecord.Status.REFUSED, binding=False) | {
        "http_status": status_of(error),
        "body": msgspec.json.encode(document).decode(),
        "product_id": getattr(envelope.command, "product_id", None) or None,
        "finished_at": timezone.now(),
    }
    if tables.insert_if_absent(CommandRecord, row, unique=_KEY, returning="id") is None:
        _replace_unbinding(envelope, row)


def _answered(response: CommandResponse) -> dict[str, object]:
    changes: dict[str, object] = {
        "status": CommandRecord.Status.SUCCEEDED,
        "http_status": response.status,
        "body": response.body.decode(),
        "finished_at": timezone.now(),
    }
    if response.result is None:
        return changes | {"status": CommandRecord.Status.REFUSED}
    return changes | {"product_id": response.result.product_id}


def _taken_before(envelope: Envelope, row: dict[str, Any]) -> CommandRecord | None:
    record = CommandRecord.objects.select_for_update().filter(**_key(envelope)).first()
    if record is None:  # cleaned away between the two statements
        return claim_key(envelope)
    if not record.binding:
        _replace_unbinding(envelope, row)
        return None
    if record.fingerprint != row["fingerprint"]:
        raise IdempotencyKeyReused
    return record


def _replace_unbinding(envelope: Envelope, row: dict[str, Any]) -> None:
    blank = {"http_status": None, "body": "", "product_id": None, "finished_at": None}
    tables.update(CommandRecord, blank | row, _key(envelope) | {"binding": False})


def _key(envelope: Envelope) -> dict[str, object]:
    return {"command_id": envelope.command_id, "actor_id": envelope.actor.user_id or SYSTEM_ACTOR_ID}


def _row(envelope: Envelope, *, status: CommandRecord.Status, binding: bool) -> dict[str, Any]:
    return _key(envelope) | {
        "name": envelope.command_type.slug,
        "fingerprint": fingerprint(envelope),
        "status": status,
        "binding": binding,
        "body": "",
        "correlation_id": envelope.correlation_id,
        "received_at": timezone.now(),
    }
