"""The status of a command as clients read it."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Raw

from products_write.commands import CommandResult
from products_write.commands.definition.base import CommandName, EventSummary, FromOne
from products_write.models import CommandRecord

_Moment = Annotated[datetime, Meta(tz=True)]


class _CommandStatus(msgspec.Struct, frozen=True, kw_only=True):
    command_id: UUID
    command: CommandName
    status: str
    received_at: _Moment
    finished_at: _Moment | None


class PendingCommand(_CommandStatus, frozen=True, kw_only=True):
    """A command that is accepted and not yet executed."""

    status: Literal["pending"]
    finished_at: None


class SucceededCommand(_CommandStatus, frozen=True, kw_only=True):
    """A command that succeeded, with its result."""

    status: Literal["succeeded"]
    finished_at: _Moment
    product_id: FromOne
    version: FromOne
    position: FromOne
    events: list[EventSummary]


class RefusedCommand(_CommandStatus, frozen=True, kw_only=True):
    """A command that was refused, and the problem as its sender got it."""

    status: Literal["refused"]
    finished_at: _Moment
    problem: Annotated[Raw, Meta(extra_json_schema={"$ref": "#/components/schemas/Problem"})]


CommandStatus = PendingCommand | SucceededCommand | RefusedCommand
"""The status of a command. The value of `status` tells which one it is."""


def status_body(record: CommandRecord) -> bytes:
    """The status as JSON. It has the fields of the result after success, and `problem` after a refusal."""
    return msgspec.json.encode(_status_of(record))


def _status_of(record: CommandRecord) -> CommandStatus:
    about: dict[str, Any] = {
        "command_id": record.command_id,
        "command": record.name,
        "status": record.status,
        "received_at": record.received_at,
        "finished_at": record.finished_at,
    }
    if result := result_of(record):
        return SucceededCommand(
            product_id=result.product_id,
            version=result.version,
            position=result.position,
            events=result.events,
            **about,
        )
    if record.status == CommandRecord.Status.REFUSED:
        return RefusedCommand(problem=Raw(record.body.encode()), **about)
    return PendingCommand(**about)


def result_of(record: CommandRecord) -> CommandResult | None:
    """The result of a command that succeeded; None for any other."""
    if record.status != CommandRecord.Status.SUCCEEDED:
        return None
    return msgspec.json.decode(record.body, type=CommandResult)
