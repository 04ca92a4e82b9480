"""The queries of the log over HTTP: a product's events, the changes of one field, and all events in order."""

from rest_framework.request import Request
from rest_framework.response import Response

from events.consistency.freshness import Freshness
from products_read.api import schema
from products_read.api.consistency_headers import applied_preferences
from products_read.api.parsed_query import parse_page_query, parse_query
from products_read.api.permissions import MayViewEvents
from products_read.api.query_viewset import QueryViewSet
from products_read.api.responses import explanation_response, feed_response, page_response
from products_read.queries.explain_field import ExplainField, explain_field
from products_read.queries.read_feed import ReadFeed, read_feed
from products_read.queries.show_history import ShowHistory, show_history


class LogViewSet(QueryViewSet):
    """The log, for users with the permission events.view_event."""

    permission_classes = (MayViewEvents,)
    cache_control = "no-store"

    @schema.SHOW_HISTORY
    def history(self, request: Request, product_id: int) -> Response:
        """The events of one product, newest first."""
        parsed = parse_page_query(request, ShowHistory)
        self.freshen_from_log(parsed.preference)
        return page_response(request, parsed, show_history(product_id, parsed.query, parsed.cursor))

    @schema.EXPLAIN_FIELD
    def explain(self, request: Request, product_id: int) -> Response:
        """The events that changed a field of the product's display or inventory, newest first.

        One response covers a few thousand events. If there are earlier events, its `Link` header leads to them.
        """
        parsed = parse_page_query(request, ExplainField)
        self.freshen_from_log(parsed.preference)
        explanation = explain_field(product_id, parsed.query, parsed.cursor)
        return explanation_response(request, parsed, parsed.query.field, explanation)

    @schema.READ_FEED
    def feed(self, request: Request) -> Response:
        """All events in order, without gaps.

        If there is no event after `after` yet, `Prefer: wait=30` waits up to 30 seconds for one.
        """
        query, preference = parse_query(request, ReadFeed)
        feed, wait = read_feed(query, preference.seconds)
        # A token's event may be committed and still not final, and the feed shows final events only. The head that
        # was read therefore decides on freshness.
        if preference.token is not None:
            self.note_freshness(preference, Freshness(feed.head >= preference.token.position, wait))
        else:
            self.consistency_headers = applied_preferences(preference, wait)
        return feed_response(feed)
