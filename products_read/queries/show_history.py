"""The events of one product, newest first, page by page."""

from events import log
from kernel.errors import NotFound
from products_read.documents.events import rendered_event
from products_read.queries.definition import LogPageQuery, answers
from products_read.queries.keyset import Cursor, Page, page_of
from products_read.queries.parameter_types import PageSize


class ShowHistory(LogPageQuery, frozen=True, kw_only=True):
    """The events of one product, newest first."""

    address = "products/<product_id:product_id>/history/"
    url_name = "product-history"
    example = "page_size=5"

    page_size: PageSize = 20


@answers(ShowHistory)
def show_history(product_id: int, query: ShowHistory, cursor: Cursor) -> Page:
    """The page of the product's events that begins at `cursor`. Raises NotFound if there is no event to show."""
    version = int(cursor.key[0]) if cursor.key else None
    if cursor.backward:
        events = log.oldest_above(product_id, version or 0, query.page_size + 1)
    else:
        events = log.newest_below(product_id, version, query.page_size + 1)
    if not events:
        raise NotFound(f"There is no product {product_id}.")
    there_is_more, events = len(events) > query.page_size, events[: query.page_size]
    if cursor.backward:
        events.reverse()
    return page_of([(event.version, rendered_event(event)) for event in events], cursor, there_is_more)
