"""Reading the log: one stream, one partition, or all events in order."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby, takewhile
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models.functions import Cast

from events.log.events import RecordedEvent, RecordedStream, Stream, StreamEvent
from events.models import Event
from kernel.database.aliases import write_connection
from kernel.database.statements import fetch

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


def read_stream(
    product_id: int, after_version: int = 0, upto_version: int | None = None, *, page: int = _PAGE
) -> Iterator[RecordedEvent]:
    """Yields one product's events in order: the versions after `after_version`, up to `upto_version` if given.

    Reads `page` events at a time, when the caller needs them.
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
    """Returns the product's latest events, newest first. With `version`, only events below it count."""
    stream = Event.objects.filter(product_id=product_id).order_by("-version")
    return _recorded((stream if version is None else stream.filter(version__lt=version))[:limit])


def oldest_above(product_id: int, version: int, limit: int) -> list[RecordedEvent]:
    """Returns the product's first events after `version`, oldest first."""
    stream = Event.objects.filter(product_id=product_id, version__gt=version)
    return _recorded(stream.order_by("version")[:limit])


def recorded_by(stream: Iterable[RecordedEvent], moment: datetime) -> Iterator[RecordedEvent]:
    """Yields the longest prefix of a stream that was recorded by `moment`."""
    return takewhile(lambda recorded: recorded.recorded_at <= moment, stream)


def streams_between(first: int, last: int) -> Iterator[Stream]:
    """Yields the whole streams of products `first` to `last`, ascending. Consume each stream before the next."""
    yield from groupby(_scan(first, last), attrgetter("product_id"))


def recorded_streams_between(first: int, last: int) -> Iterator[RecordedStream]:
    """Like `streams_between`, but yields events with everything that the log holds of them."""
    events = Event.objects.filter(product_id__range=(first, last)).order_by("product_id", "version")
    yield from groupby(_recorded_lazily(events), attrgetter("product_id"))


def streams_of(product_ids: Sequence[int]) -> Iterator[RecordedStream]:
    """Yields the whole streams of these products. A product without events is left out."""
    for product_id in sorted(product_ids):
        yield from groupby(read_stream(product_id), attrgetter("product_id"))


def _scan(first: int, last: int) -> Iterator[StreamEvent]:
    seen = (first, 0)
    while True:
        page = fetch(write_connection(), _SCAN, [*seen, last, _SCAN_PAGE])
        yield from map(StreamEvent._make, page)
        if len(page) < _SCAN_PAGE:
            return
        seen = page[-1][:2]


def read_partition(
    *, after: int, upto: int, partition: int, partitions: int, limit: int
) -> list[StreamEvent]:
    """Returns events of one partition at positions in (after, upto], in order.

    The partition has the products whose id modulo `partitions` is `partition`. `upto` must be final: see
    events.log.watermark.
    """
    values = [after, upto, partitions, partition, limit]
    return [StreamEvent._make(row) for row in fetch(write_connection(), _READ_PARTITION, values)]


def read_between(after: int, upto: int, limit: int) -> list[RecordedEvent]:
    """Returns events of all products at positions in (after, upto]. `upto` must be final: see events.log.watermark."""
    events = Event.objects.filter(position__gt=after, position__lte=upto)
    return _recorded(events.order_by("position")[:limit])


def event_id_at(position: int) -> UUID:
    """Returns the id of the event at that position. Raises Event.DoesNotExist if there is none."""
    return Event.objects.values_list("event_id", flat=True).get(position=position)


def stream_ids(after: int, limit: int) -> list[int]:
    """Returns ids of products that have a stream, ascending from the first id greater than `after`."""
    first_events = Event.objects.filter(version=1, product_id__gt=after)
    return list(first_events.order_by("product_id").values_list("product_id", flat=True)[:limit])


def known_streams(product_ids: Iterable[int]) -> list[int]:
    """Returns those of these products that have a stream."""
    first_events = Event.objects.filter(version=1, product_id__in=list(product_ids))
    return list(first_events.values_list("product_id", flat=True))


def last_position(product_id: int) -> int:
    """Returns the position of the product's latest event; 0 without one."""
    latest = Event.objects.filter(product_id=product_id).order_by("-version")
    return latest.values_list("position", flat=True).first() or 0


def head_version(product_id: int) -> int:
    """Returns the version of the product's latest event; 0 without one."""
    latest = Event.objects.filter(product_id=product_id).order_by("-version")
    return latest.values_list("version", flat=True).first() or 0


_ENVELOPE = ("position", "event_id", "product_id", "version", "type", "schema_version")
_TEXTS = {name: Cast(name, models.TextField()) for name in ("data", "metadata")}


def _recorded(events: models.QuerySet[Event]) -> list[RecordedEvent]:
    return [RecordedEvent._make(row) for row in _envelopes(events)]


def _recorded_lazily(events: models.QuerySet[Event]) -> Iterator[RecordedEvent]:
    return map(RecordedEvent._make, _envelopes(events).iterator(_PAGE))


def _envelopes(events: models.QuerySet[Event]) -> models.QuerySet[Event, tuple[Any, ...]]:
    data, metadata = _TEXTS.values()
    return events.values_list(*_ENVELOPE, data, metadata, "recorded_at", "effective_at")
