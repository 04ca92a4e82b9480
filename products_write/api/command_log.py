"""Finding a command in the log of commands."""

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
    """`actor`: whose command, where two share an id; 0 is the system."""

    actor: Annotated[int, Meta(ge=0, le=2**63 - 1)] | UnsetType = UNSET


def find_record(command_id: UUID, actor: Actor, parameters: QueryDict) -> CommandRecord:
    """The actor's own command, or with permission anyone's. Raises NotFound, and Invalid when two share the id."""
    given = {name: parameters[name] for name in parameters if name != "format"}
    query = validated(StatusQuery, given, lax=True, blank_is_absent=False)
    records = CommandRecord.objects.filter(command_id=command_id)
    if not actor.may(VIEW_COMMAND):
        records = records.filter(actor_id=actor.user_id or SYSTEM_ACTOR_ID)
    if query.actor is not UNSET:
        records = records.filter(actor_id=query.actor)
    return _the_one(list(records), actor)


def _the_one(records: list[CommandRecord], actor: Actor) -> CommandRecord:
    if not records:
        raise NotFound("There is no such command of yours.")
    own = [record for record in records if record.actor_id == actor.user_id]
    if len(records) > 1 and not own:
        raise Invalid([FieldFault("actor", "required", "Several actors used this id; say whose is meant.")])
    return (own or records)[0]
