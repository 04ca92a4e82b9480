"""The status of a command as clients read it."""

from typing import Any

import msgspec

from products_write.commands import CommandResult
from products_write.models import CommandRecord


def status_body(record: CommandRecord) -> bytes:
    """The status as JSON. It has the fields of the result after success, and `problem` after a refusal."""
    document: dict[str, Any] = {
        "command_id": record.command_id,
        "command": record.name,
        "status": record.status,
        "received_at": record.received_at,
        "finished_at": record.finished_at,
    }
    if record.status == CommandRecord.Status.SUCCEEDED:
        document |= msgspec.json.decode(record.body)
    elif record.status == CommandRecord.Status.REFUSED:
        document["problem"] = msgspec.json.decode(record.body)
    return msgspec.json.encode(document)


def result_of(record: CommandRecord) -> CommandResult | None:
    """The result of a command that succeeded; None for any other."""
    if record.status != CommandRecord.Status.SUCCEEDED:
        return None
    return msgspec.json.decode(record.body, type=CommandResult)
