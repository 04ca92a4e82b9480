"""Appending to a stream, in the transaction that makes the decision."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import partial

import msgspec
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from events.contracts import encode
from events.log.events import Metadata, NewEvent, RecordedEvent
from events.models import Event
from events.signals import events_appended, events_committed
from kernel import failpoints
from kernel.database.aliases import write_alias, write_connection
from kernel.database.dialect import dialect_of
from kernel.database.statements import Statement, uuid_value


def append(
    product_id: int,
    after_version: int,
    new_events: Sequence[NewEvent],
    *,
    recorded_at: datetime,
    metadata: Metadata,
    with_statement: Statement | None = None,
) -> list[RecordedEvent]:
    """Appends events to the product's stream in the caller's transaction. Its commit wakes the projections.

    `after_version` is the version of the stream on which the decision was made. `recorded_at` is the clock,
    read after the product's lock was taken: see `now`. `with_statement` is another change of the same decision; it
    shares the round trip of the first event. Returns the events with their positions.

    Raises IntegrityError if the stream has a later version, and TransactionManagementError outside a transaction.
    """
    connection = write_connection()
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "Append events inside the transaction that makes the decision."
        )
    if not new_events:
        return []
    about = msgspec.json.encode(metadata).decode()
    recorded = [
        _unpositioned(product_id, version, new, recorded_at, about)
        for version, new in enumerate(new_events, start=after_version + 1)
    ]
    sent = [[_insertion(connection, event)] for event in recorded]
    if with_statement is not None:
        sent[0].insert(0, with_statement)
    positions = [dialect_of(connection).execute_together(connection, *statements) for statements in sent]
    failpoints.reach(failpoints.AFTER_APPEND)
    events_appended.send(sender=Event, product_id=product_id)
    # The command is committed when the receivers run. An error of theirs must not make it look like a failure.
    announce = partial(events_committed.send_robust, sender=Event, product_ids=frozenset({product_id}))
    transaction.on_commit(announce, using=write_alias(), robust=True)
    return [event._replace(position=position) for event, position in zip(recorded, positions, strict=True)]


_INSERT = (
    "INSERT INTO events_event"
    " (id, product_id, version, type, schema_version, data, metadata, recorded_at, effective_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING position"
)


def _unpositioned(
    product_id: int, version: int, new: NewEvent, recorded_at: datetime, metadata: str
) -> RecordedEvent:
    """Makes the event as it will be recorded. Its position is 0 until the database gives one."""
    return RecordedEvent(
        0,
        uuid.uuid4(),
        product_id,
        version,
        new.event.type,
        new.event.schema_version,
        encode(new.event),
        metadata,
        recorded_at,
        new.effective_at or recorded_at,
    )


def _insertion(connection: BaseDatabaseWrapper, event: RecordedEvent) -> Statement:
    _, event_id, *columns, recorded_at, effective_at = event
    stored_id = uuid_value(connection, event_id)
    times = [connection.ops.adapt_datetimefield_value(moment) for moment in (recorded_at, effective_at)]
    return Statement(_INSERT, [stored_id, *columns, *times])


def now() -> datetime:
    """Returns the time of the write database's clock, in UTC. Read it after the product's lock is taken.

    A command that read the clock first and then waited for the lock would record an earlier time than the command
    before it. Times within a stream would then go back.
    """
    connection = write_connection()
    return dialect_of(connection).clock(connection)
