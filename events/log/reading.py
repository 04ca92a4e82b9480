"""Appending to the log and reading it."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import groupby, takewhile
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Cast

from events.contracts import DomainEvent, decode, encode
from events.models import Event
from events.signals import events_appended, events_committed
from kernel import failpoints
from kernel.database.aliases import write_alias
from kernel.database.statements import Statement, execute_together, fetch, uuid_value

_PAGE = 2_000
_SCAN_PAGE = 20_000
_STREAM_EVENTS = (
    "SELECT product_id, version, position, type, schema_version, CAST(data AS text) FROM events_event"
)
_READ_PARTITION = (
    f"{_STREAM_EVENTS} WHERE position > %s AND position <= %s AND product_id %% %s = %s"
    " ORDER BY position LIMIT %s"
)
_SCAN = (
    f"{_STREAM_EVENTS} WHERE (product_id, version) > (%s, %s) AND product_id <= %s"
    " ORDER BY product_id, version LIMIT %s"
)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event not yet in the log; `effective_at` is when it was so in the world, None for when it is recorded."""

    event: DomainEvent
    effective_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """Who, why and through which command. User ids only: deleting the account anonymises the log."""

    actor_id: int | None
    command_id: UUID
    command: str
    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None


class RecordedEvent(NamedTuple):
    """An event as it stands in the log; `event` decodes its data."""

    position: int
    event_id: UUID
    product_id: int
    version: int
    type: str
    schema_version: int
    data: str
    metadata: str
    recorded_at: datetime
    effective_at: datetime

    @property
    def event(self) -> DomainEvent:
        return decode(self.type, self.schema_version, self.data)


class StreamEvent(NamedTuple):
    """What a fold reads of an event."""

    product_id: int
    version: int
    position: int
    type: str
    schema_version: int
    data: str

    @property
    def event(self) -> DomainEvent:
        return decode(self.type, self.schema_version, self.data)


def append(
    product_id: int,
    after_version: int,
    new_events: Sequence[NewEvent],
    *,
    recorded_at: datetime,
    metadata: Metadata,
    along: Statement | None = None,
) -> list[RecordedEvent]:
    """Append to the product's stream, in the caller's transaction; projections are woken when it commits.

    `after_version` is the version the decision was made on. Raises IntegrityError if the stream has moved on, and
    TransactionManagementError outside a transaction. `recorded_at` was read under the product's lock. `along` is
    a change of the same decision that is sent with the first event.
    """
    connection = connections[write_alias()]
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Append inside the transaction that decides.")
    if not new_events:
        return []
    about = msgspec.json.encode(metadata).decode()
    recorded = [
        _unpositioned(product_id, version, new, recorded_at, about)
        for version, new in enumerate(new_events, start=after_version + 1)
    ]
    sent = [[_insertion(connection, event)] for event in recorded]
    if along is not None:
        sent[0].insert(0, along)
    positions = [execute_together(connection, *statements) for statements in sent]
    failpoints.reach(failpoints.AFTER_APPEND)
    events_appended.send(sender=Event, product_id=product_id)
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
    """The event as it is about to be recorded; the database gives the position."""
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


def read_stream(
    product_id: int, after_version: int = 0, upto_version: int | None = None, *, page: int = _PAGE
) -> Iterator[RecordedEvent]:
    """One product's events in order, those of versions after `after_version` (up to `upto_version`).

    Reads `page` events at a time, as they are asked for.
    """
    stream = Event.objects.filter(product_id=product_id).order_by("version")
    if upto_version is not None:
        stream = stream.filter(version__lte=upto_version)
    while events := _recorded(stream.filter(version__gt=after_version)[:page]):
        yield from events
        if len(events) < page:
            return
        after_version = events[-1].version


def newest_below(product_id: int, version: int | None, limit: int) -> list[RecordedEvent]:
    """The product's latest events, newest first; those below `version` if told."""
    stream = Event.objects.filter(product_id=product_id).order_by("-version")
    return _recorded((stream if version is None else stream.filter(version__lt=version))[:limit])


def oldest_above(product_id: int, version: int, limit: int) -> list[RecordedEvent]:
    """The product's events that come first after `version`, oldest first."""
    stream = Event.objects.filter(product_id=product_id, version__gt=version)
    return _recorded(stream.order_by("version")[:limit])


def recorded_by(stream: Iterable[RecordedEvent], moment: datetime) -> Iterator[RecordedEvent]:
    """The longest prefix of a stream that was recorded by `moment`."""
    return takewhile(lambda recorded: recorded.recorded_at <= moment, stream)


Stream = tuple[int, Iterator[StreamEvent]]
RecordedStream = tuple[int, Iterator[RecordedEvent]]


def streams_between(first: int, last: int) -> Iterator[Stream]:
    """The whole streams of products `first` to `last`, ascending; consume each before asking for the next."""
    yield from groupby(_scan(first, last), attrgetter("product_id"))


def recorded_streams_between(first: int, last: int) -> Iterator[RecordedStream]:
    """The same with everything the log has of each event."""
    events = Event.objects.filter(product_id__range=(first, last)).order_by("product_id", "version")
    yield from groupby(_recorded_lazily(events), attrgetter("product_id"))


def streams_of(product_ids: Sequence[int]) -> Iterator[RecordedStream]:
    """The whole streams of these products, those that have one."""
    for product_id in sorted(product_ids):
        yield from groupby(read_stream(product_id), attrgetter("product_id"))


def _scan(first: int, last: int) -> Iterator[StreamEvent]:
    seen = (first, 0)
    while True:
        page = fetch(connections[write_alias()], _SCAN, [*seen, last, _SCAN_PAGE])
        yield from map(StreamEvent._make, page)
        if len(page) < _SCAN_PAGE:
            return
        seen = page[-1][:2]


def read_partition(
    *, after: int, upto: int, partition: int, partitions: int, limit: int
) -> list[StreamEvent]:
    """Events at positions in (after, upto] of the products whose id modulo `partitions` is `partition`.

    `upto` must be final: see events.log.watermark.
    """
    values = [after, upto, partitions, partition, limit]
    return [StreamEvent._make(row) for row in fetch(connections[write_alias()], _READ_PARTITION, values)]


def read_between(after: int, upto: int, limit: int) -> list[RecordedEvent]:
    """Events of all products at positions in (after, upto], which must be final: see events.log.watermark."""
    events = Event.objects.filter(position__gt=after, position__lte=upto)
    return _recorded(events.order_by("position")[:limit])


def event_id_at(position: int) -> UUID:
    """Id of the event at that position, where one must be."""
    return Event.objects.values_list("event_id", flat=True).get(position=position)


def stream_ids(after: int, limit: int) -> list[int]:
    """Ids of the products that have a stream, ascending from the first greater than `after`."""
    first_events = Event.objects.filter(version=1, product_id__gt=after)
    return list(first_events.order_by("product_id").values_list("product_id", flat=True)[:limit])


def known_streams(product_ids: Iterable[int]) -> list[int]:
    """Those of these products that have a stream."""
    first_events = Event.objects.filter(version=1, product_id__in=list(product_ids))
    return list(first_events.values_list("product_id", flat=True))


def last_position(product_id: int) -> int:
    """Position of the product's latest event; 0 without one."""
    latest = Event.objects.filter(product_id=product_id).order_by("-version")
    return latest.values_list("position", flat=True).first() or 0


def head_version(product_id: int) -> int:
    """Version of the product's latest event; 0 without one."""
    latest = Event.objects.filter(product_id=product_id).order_by("-version")
    return latest.values_list("version", flat=True).first() or 0


def now() -> datetime:
    """The write database's clock, in UTC. Read it under the product's lock: order depends on it."""
    connection = connections[write_alias()]
    if connection.vendor != "postgresql":
        return datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


_ENVELOPE = ("position", "event_id", "product_id", "version", "type", "schema_version")
_TEXTS = {name: Cast(name, models.TextField()) for name in ("data", "metadata")}


def _recorded(events: models.QuerySet[Event]) -> list[RecordedEvent]:
    return [RecordedEvent._make(row) for row in _envelopes(events)]


def _recorded_lazily(events: models.QuerySet[Event]) -> Iterator[RecordedEvent]:
    return map(RecordedEvent._make, _envelopes(events).iterator(_PAGE))


def _envelopes(events: models.QuerySet[Event]) -> models.QuerySet[Event, tuple[Any, ...]]:
    data, metadata = _TEXTS.values()
    return events.values_list(*_ENVELOPE, data, metadata, "recorded_at", "effective_at")
