"""The queries of the log itself: what happened to a product, why a field has its value, and all events in order."""

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
    """The log, for those who hold the permission events.view_event."""

    permission_classes = (MayViewEvents,)
    cache_control = "no-store"

    @schema.SHOW_HISTORY
    def history(self, request: Request, product_id: int) -> Response:
        """What has happened to one product, newest first."""
        wanted = parse_page_query(request, ShowHistory)
        self.freshen_from_log(wanted.wish)
        return page_response(request, wanted, show_history(product_id, wanted.query, wanted.cursor))

    @schema.EXPLAIN_FIELD
    def explain(self, request: Request, product_id: int) -> Response:
        """The events that changed a field of the product's display or inventory, newest first.

        An answer looks at the latest few thousand events; its `Link` header leads further back while there are more.
        """
        wanted = parse_page_query(request, ExplainField)
        self.freshen_from_log(wanted.wish)
        explanation = explain_field(product_id, wanted.query, wanted.cursor)
        return explanation_response(request, wanted, wanted.query.field, explanation)

    @schema.READ_FEED
    def feed(self, request: Request) -> Response:
        """All events in order, none passed over; `Prefer: wait=30` waits for the next when there is none yet."""
        query, wish = parse_query(request, ReadFeed)
        feed, wait = read_feed(query, wish.seconds)
        if wish.token is not None:
            self.say(wish, Freshness(feed.head >= wish.token.position, wait))
        else:
            self.said = applied_preferences(wish, wait)
        return feed_response(feed)
