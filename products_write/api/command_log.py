"""Finds a command in the command log for a client."""

from typing import Annotated
from uuid import UUID

import msgspec
from django.http import QueryDict
from msgspec import UNSET, Meta, UnsetType

from kernel.actor import Actor
from kernel.errors import FieldFault, Invalid, NotFound
from kernel.validation import validated
from products_write.models import SYSTEM_ACTOR_ID, CommandRecord

VIEW_COMMAND = "products_write.view_command"


class StatusQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`actor` is the id of the sender, for an id that several senders have used; 0 is the system."""

    actor: Annotated[int, Meta(ge=0, le=2**63 - 1)] | UnsetType = UNSET


def find_record(command_id: UUID, actor: Actor, parameters: QueryDict) -> CommandRecord:
    """The command with this id. Without the permission VIEW_COMMAND the actor finds only commands of their own.

    Raises NotFound. Raises Invalid when several senders have used the id and `actor` names none of them.
    """
    given = {name: parameters[name] for name in parameters if name != "format"}
    query = validated(StatusQuery, given, lax=True, blank_is_absent=False)
    records = CommandRecord.objects.filter(command_id=command_id)
    if not actor.may(VIEW_COMMAND):
        records = records.filter(actor_id=actor.user_id or SYSTEM_ACTOR_ID)
    if query.actor is not UNSET:
        records = records.filter(actor_id=query.actor)
    return _single(list(records), command_id, actor)


def _single(records: list[CommandRecord], command_id: UUID, actor: Actor) -> CommandRecord:
    if not records:
        raise NotFound(
            f"There is no command with the id {command_id} that you may see. Check the id; old commands are removed."
        )
    own = [record for record in records if record.actor_id == actor.user_id]
    if len(records) > 1 and not own:
        senders = sorted(record.actor_id for record in records)
        detail = (
            f"Several senders have used this id: {', '.join(map(str, senders))}. "
            f"Choose one of them, as in ?actor={senders[0]}."
        )
        raise Invalid([FieldFault("actor", "required", detail)])
    return (own or records)[0]
