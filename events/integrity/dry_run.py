"""Tries a parked product with the present code, without changing anything."""

import traceback
from typing import Any, NamedTuple

from django.db import transaction

from events.integrity.rebuild_streams import State, state_of
from events.models import ParkedKey
from events.projections import engine, rows
from events.projections.base import FoldFailed, Projection, ReadRow
from kernel.database.aliases import read_alias


class DryRun(NamedTuple):
    """The row before and after, and why the product cannot be brought up. `error` is empty if it can."""

    before: State | None
    after: State | None
    error: str


def dry_run_release(projection: Projection[Any], key: ParkedKey) -> DryRun:
    """Brings the product up in a transaction that is always rolled back."""
    with transaction.atomic(using=read_alias()):
        row = rows.load_locked(projection, [key.product_id]).get(key.product_id)
        before = _shown(projection, row)
        try:
            return DryRun(before, _shown(projection, engine.bring_up(projection, key.product_id)), "")
        except FoldFailed as failure:
            return DryRun(before, None, "".join(traceback.format_exception(failure.error)))
        finally:
            transaction.set_rollback(True, using=read_alias())


def _shown(projection: Projection[Any], row: ReadRow | None) -> State | None:
    return state_of(projection, row) if row else None
