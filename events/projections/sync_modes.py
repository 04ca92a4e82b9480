"""The modes of bringing a projection up to date: one setting per projection.

eventual    a worker, woken after a commit, catches up; the sweep makes up for lost messages (the default)
inline      the command's own transaction brings the product up: both commit together or not at all
on_demand   a query brings up the rows that it is about to read
scheduled   the sweep alone catches up

All four call the same two functions: `catch_up` and `bring_up` in events.projections.engine.
"""

from enum import StrEnum
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from events.projections.base import Projection, registered_projections


class SyncMode(StrEnum):
    EVENTUAL = "eventual"
    INLINE = "inline"
    ON_DEMAND = "on_demand"
    SCHEDULED = "scheduled"


def sync_mode(projection: Projection[Any]) -> SyncMode:
    """Returns the projection's mode, as PROJECTION_SYNC has it."""
    return SyncMode(settings.PROJECTION_SYNC.get(projection.name, SyncMode.EVENTUAL))


def projections_in(mode: SyncMode) -> list[Projection[Any]]:
    """Returns the registered projections that have this mode."""
    if not settings.PROJECTION_SYNC and mode is not SyncMode.EVENTUAL:
        return []
    return [projection for projection in registered_projections().values() if sync_mode(projection) is mode]


def refuse_unusable_modes() -> None:
    """Raises ImproperlyConfigured if PROJECTION_SYNC cannot work. It is called when all projections are registered."""
    known = registered_projections()
    for name, mode in settings.PROJECTION_SYNC.items():
        if name not in known:
            raise ImproperlyConfigured(
                f"PROJECTION_SYNC names {name!r}, which is no projection; there are: {', '.join(known)}."
            )
        if mode not in set(SyncMode):
            raise ImproperlyConfigured(f"PROJECTION_SYNC: {name}={mode!r} is none of {', '.join(SyncMode)}.")
        if mode == SyncMode.INLINE and "read" in settings.DATABASES:
            raise ImproperlyConfigured(
                f"PROJECTION_SYNC: {name}=inline needs both sides in one transaction, and therefore in one"
                " database. Unset READ_DATABASE_URL, or choose another mode."
            )
