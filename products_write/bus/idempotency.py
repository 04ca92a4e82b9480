"""Idempotency keys: a command claims its key first, and stores its response under it before the commit."""

import hashlib
from dataclasses import replace
from functools import cache
from typing import Any

import msgspec
from django.db import OperationalError
from django.utils import timezone
from msgspec import UNSET

from kernel.database import tables
from kernel.database.failures import is_lock_timeout
from kernel.errors import ServiceError
from kernel.problem_documents import problem_document, status_of
from products_write.bus.envelope import CommandResponse, Envelope, Next
from products_write.commands import Command
from products_write.errors import CommandInProgress, IdempotencyKeyReused
from products_write.models import SYSTEM_ACTOR_ID, CommandRecord

_encode_sorted = msgspec.json.Encoder(order="sorted").encode
_KEY = ("command_id", "actor_id")


def fingerprint(envelope: Envelope) -> str:
    """A digest of the name and the validated fields. Two equal commands have one fingerprint.

    A field that has its default is left out. A key therefore still matches after a release that adds an optional
    field.
    """
    fields = _encode_sorted(_hashed(envelope.command))
    return hashlib.sha256(envelope.command_type.slug.encode() + b"\n" + fields).hexdigest()


def _hashed(command: Command) -> object:
    """The command, or its fields by name if some of them are left out."""
    left_out = {
        name for name, default in _optional_fields(type(command)) if getattr(command, name) == default
    }
    if not left_out:
        return command
    fields = msgspec.structs.asdict(command).items()
    return {name: value for name, value in fields if name not in left_out and value is not UNSET}


@cache
def _optional_fields(command_type: type[Command]) -> tuple[tuple[str, object], ...]:
    """Each field that can be left out, with its default. UNSET is not listed, because it is never encoded."""
    return tuple(
        (field.name, default)
        for field in msgspec.structs.fields(command_type)
        if not field.required
        and (default := _default_of(field)) is not UNSET
        and field.name not in _HASHED_WITH_DEFAULT.get(command_type.slug, ())
    )


def _default_of(field: msgspec.structs.FieldInfo) -> object:
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()


_HASHED_WITH_DEFAULT = {
    "add-new-product": ("sku", "description", "categories"),
    "discontinue-product": ("reason",),
}
"""The fields that are hashed also when they have their default, because stored fingerprints contain them.

Earlier releases hashed all fields. A field that is added later does not belong here.
"""


def deduplicate(envelope: Envelope, proceed: Next) -> CommandResponse:
    """Behaviour: claims the key before the command and stores the response after it, in the command's transaction.

    No other command can have a key that was made for this envelope. One statement at the end is then enough.
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
    """Claims the key for this transaction and returns None, or returns the record of an equal command that has it.

    Raises IdempotencyKeyReused when a different command has the key. Raises CommandInProgress when another
    transaction holds the key for longer than the lock timeout.
    """
    row = _row(envelope, status=CommandRecord.Status.PENDING, binding=True)
    try:
        claimed = tables.insert_if_absent(CommandRecord, row, unique=_KEY, returning="id")
    except OperationalError as error:
        if is_lock_timeout(error):
            raise CommandInProgress from error
        raise
    return None if claimed is not None else _claimed_before(envelope, row)


def record_of(envelope: Envelope) -> CommandRecord:
    """The record of a key that is claimed."""
    return CommandRecord.objects.get(**_key(envelope))


def stored_response(record: CommandRecord) -> CommandResponse:
    """The response in the record. Raises CommandInProgress while there is none."""
    if record.http_status is None:
        raise CommandInProgress
    return CommandResponse.stored(record.http_status, record.body)


def find_response(envelope: Envelope) -> CommandResponse | None:
    """The stored response to this command; None if its key has no response, or is another command's."""
    record = CommandRecord.objects.filter(**_key(envelope), binding=True, http_status__isnull=False).first()
    if record is None or envelope.validated is None or record.fingerprint != fingerprint(envelope):
        return None
    return replace(stored_response(record), replayed=False)


def store_response(envelope: Envelope, response: CommandResponse) -> None:
    """Stores the response under the claimed key. It binds from the commit on."""
    tables.update(CommandRecord, _response_columns(response), _key(envelope))


def claim_key_and_store_response(envelope: Envelope, response: CommandResponse) -> None:
    """Claims the key and stores the response in one statement, for a key that no other command can have."""
    row = _row(envelope, status=CommandRecord.Status.SUCCEEDED, binding=True)
    tables.insert(CommandRecord, row | _response_columns(response))


def log_refusal(envelope: Envelope, error: ServiceError) -> None:
    """Keeps a refusal for people to read. It does not bind: the sender may use the same key again."""
    document = problem_document(error, envelope.correlation_id)
    row = _row(envelope, status=CommandRecord.Status.REFUSED, binding=False) | {
        "http_status": status_of(error),
        "body": msgspec.json.encode(document).decode(),
        "product_id": getattr(envelope.command, "product_id", None) or None,
        "finished_at": timezone.now(),
    }
    if tables.insert_if_absent(CommandRecord, row, unique=_KEY, returning="id") is None:
        _replace_unbinding(envelope, row)


def _response_columns(response: CommandResponse) -> dict[str, object]:
    changes: dict[str, object] = {
        "status": CommandRecord.Status.SUCCEEDED,
        "http_status": response.status,
        "body": response.body.decode(),
        "finished_at": timezone.now(),
    }
    if response.result is None:
        return changes | {"status": CommandRecord.Status.REFUSED}
    return changes | {"product_id": response.result.product_id}


def _claimed_before(envelope: Envelope, row: dict[str, Any]) -> CommandRecord | None:
    record = CommandRecord.objects.select_for_update().filter(**_key(envelope)).first()
    if record is None:  # clean_command_log removed it after the insert found it: now the key is free
        return claim_key(envelope)
    if not record.binding:
        _replace_unbinding(envelope, row)
        return None
    if record.fingerprint != row["fingerprint"]:
        raise IdempotencyKeyReused(
            f"The Idempotency-Key {envelope.command_id} was used for a different command. "
            "Send a new key with this command."
        )
    return record


def _replace_unbinding(envelope: Envelope, row: dict[str, Any]) -> None:
    """Puts `row` in the place of an earlier refusal under this key, and leaves a binding record alone."""
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
