"""The log in order, for whoever follows it: nothing is passed over, whenever its writer commits."""

from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from events import log
from events.consistency.bounded_wait import Wait, wait_for
from events.log.watermark import final_watermark, highest
from products_read.documents.events import rendered_event

# A writer that is open now mostly ends sooner; one that does not keeps the feed where it is, not the reader.
FEED_WAIT_SECONDS = 0.2


class ReadFeed(Struct, frozen=True, kw_only=True):
    """`after` is the position read last: `next_after` of the answer before, 0 to begin."""

    after: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


class Feed(NamedTuple):
    """Events in order of position, where to go on, and the last position that can be read now."""

    documents: list[str]
    next_after: int
    head: int


def read_feed(query: ReadFeed, seconds: float) -> tuple[Feed, Wait]:
    """The events after a position; when there is none, the first to come within that many seconds."""
    follower = _Follower(query)
    wait = wait_for(follower.has_news, seconds)
    return follower.feed, wait


class _Follower:
    def __init__(self, query: ReadFeed) -> None:
        self.query, self.feed = query, Feed([], query.after, -1)

    def has_news(self) -> bool:
        """Asks for the watermark at first, and later when there is something beyond what was read."""
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
