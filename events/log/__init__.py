"""The log as other packages use it: appending to streams and reading them.

`watermark` tells up to which position the log is final. `triggers` holds the database's own guards.
"""

from events.log.appending import append, now
from events.log.events import Metadata, NewEvent, RecordedEvent, RecordedStream, Stream, StreamEvent
from events.log.reading import (
    event_id_at,
    head_version,
    known_streams,
    last_position,
    newest_below,
    oldest_above,
    read_between,
    read_partition,
    read_stream,
    recorded_by,
    recorded_streams_between,
    stream_ids,
    streams_between,
    streams_of,
)

__all__ = [
    "Metadata",
    "NewEvent",
    "RecordedEvent",
    "RecordedStream",
    "Stream",
    "StreamEvent",
    "append",
    "event_id_at",
    "head_version",
    "known_streams",
    "last_position",
    "newest_below",
    "now",
    "oldest_above",
    "read_between",
    "read_partition",
    "read_stream",
    "recorded_by",
    "recorded_streams_between",
    "stream_ids",
    "streams_between",
    "streams_of",
]
