"""The log in order, for clients that follow it. They miss no event, even if its transaction commits late."""

from typing import Annotated, NamedTuple

from msgspec import Meta

from events import log
from events.consistency.bounded_wait import Wait, wait_for
from events.log.watermark import final_watermark, highest
from products_read.documents.events import rendered_event
from products_read.queries.definition import LogQuery, answers

# The longest wait for open transactions that write events. Most end sooner. After that the feed ends before the event
# of an open one, and the client does not wait longer.
FEED_WAIT_SECONDS = 0.2


class ReadFeed(LogQuery, frozen=True, kw_only=True):
    """All events in order, without gaps.

    `after` is the last position read: `next_after` of the response before, or 0 to begin. If there is no event after it
    yet, `Prefer: wait=30` waits up to 30 seconds for one.
    """

    address = "events/"
    url_name = "events"
    example = "after=0&limit=10"

    after: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


class Feed(NamedTuple):
    """Events in order of position, the position to go on from, and the last position that can be read now."""

    documents: list[str]
    next_after: int
    head: int


@answers(ReadFeed)
def read_feed(query: ReadFeed, seconds: float) -> tuple[Feed, Wait]:
    """The events after the query's position, and how waiting ended. It waits up to `seconds` for the first event."""
    follower = _Follower(query)
    wait = wait_for(follower.has_news, seconds)
    return follower.feed, wait


class _Follower:
    """Reads again and again until there is an event."""

    def __init__(self, query: ReadFeed) -> None:
        self.query, self.feed = query, Feed([], query.after, -1)

    def has_news(self) -> bool:
        """Reads the feed, and says whether it has an event.

        Finding the watermark can take FEED_WAIT_SECONDS. After the first time it is done only when the log has an event
        after the query's position.
        """
        if self.feed.head < 0 or highest().position > self.query.after:
            self.feed = _after(self.query)
        return bool(self.feed.documents)


def _after(query: ReadFeed) -> Feed:
    head = final_watermark(FEED_WAIT_SECONDS).position
    if head <= query.after:
        return Feed([], query.after, head)
    found = log.read_between(query.after, head, query.limit)
    next_after = found[-1].position if found else query.after
    return Feed([rendered_event(event) for event in found], next_after, head)
