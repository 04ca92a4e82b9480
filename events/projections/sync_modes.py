"""When a projection is brought up to date: a setting per projection, four callers of the same two functions.

eventual    a worker, woken after commit, catches up; the sweep does what was lost (the default)
inline      the command's own transaction brings the product up: committed together or not at all
on_demand   the query brings up what it is about to read
scheduled   the sweep alone catches up
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
    """The projection's mode, from PROJECTION_SYNC."""
    return SyncMode(settings.PROJECTION_SYNC.get(projection.name, SyncMode.EVENTUAL))


def projections_in(mode: SyncMode) -> list[Projection[Any]]:
    """The registered projections that have this mode."""
    if not settings.PROJECTION_SYNC and mode is not SyncMode.EVENTUAL:
        return []
    return [projection for projection in registered_projections().values() if sync_mode(projection) is mode]


def refuse_unusable_modes() -> None:
    """Raise ImproperlyConfigured for a PROJECTION_SYNC that cannot be kept; called once all are registered."""
    known = registered_projections()
    for name, mode in settings.PROJECTION_SYNC.items():
        if name not in known:
            raise ImproperlyConfigured(f"PROJECTION_SYNC names {name!r}; there are: {', '.join(known)}.")
        if mode not in set(SyncMode):
            raise ImproperlyConfigured(f"PROJECTION_SYNC: {name}={mode!r} is none of {', '.join(SyncMode)}.")
        if mode == SyncMode.INLINE and "read" in settings.DATABASES:
            raise ImproperlyConfigured(
                f"PROJECTION_SYNC: {name}=inline needs both sides in one transaction, and so one database;"
                " unset READ_DATABASE_URL or choose another mode."
            )
