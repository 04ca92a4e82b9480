"""Pages by keyset. A page starts after the last row of the page before it.

An index finds that row, so a late page costs as little as the first.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connections, router

from events.consistency.on_demand import before_reading
from products_read.models import ReadModel

Parameter = str | int | bool


class Condition(NamedTuple):
    """A part of a WHERE clause: SQL with one %s for each of `parameters`."""

    sql: str
    parameters: tuple[Parameter, ...] = ()


class Ordering(NamedTuple):
    """Columns that an index holds in this order. All have one direction. The id comes last, to order equal values."""

    columns: tuple[str, ...]
    descending: bool = False


class Cursor(NamedTuple):
    """The start of a page: after the row with the values `key` in the ordering's columns, or before it if backward.

    Without a key the page begins at the start of the list, or, if backward, at its end.
    """

    backward: bool = False
    key: tuple[Parameter, ...] = ()


class Page(NamedTuple):
    """Documents in order, and the cursors of the next and the previous page; None if there is no such page."""

    documents: list[str]
    next: Cursor | None
    previous: Cursor | None


class Listing(NamedTuple):
    """The rows of a list, their order, and the number of rows on a page."""

    model: ReadModel
    ordering: Ordering
    conditions: Sequence[Condition]
    include_discontinued: bool
    page_size: int


def read_page(listing: Listing, cursor: Cursor) -> Page:
    """One page, read with one statement. It reads one row more than the page has, to find out if there is more."""
    before_reading(listing.model)
    statement, parameters = _statement(listing, cursor)
    with connections[router.db_for_read(listing.model)].cursor() as database:
        database.execute(statement, parameters)
        rows = database.fetchall()
    there_is_more = len(rows) > listing.page_size
    rows = rows[: listing.page_size]
    if cursor.backward:
        rows.reverse()
    return page_of(rows, cursor, there_is_more)


def page_of(rows: list[tuple[Any, ...]], cursor: Cursor, there_is_more: bool) -> Page:
    """The page with these rows. Each row is its key, followed by its document. The rows are in the list's order.

    `there_is_more` says whether there are more rows in the direction of reading. On the other side a page that was
    reached by a cursor always has a neighbour.
    """
    has_next, has_previous = there_is_more, cursor != Cursor()
    if cursor.backward:
        has_next, has_previous = bool(cursor.key), there_is_more
    return Page(
        documents=[row[-1] for row in rows],
        next=Cursor(backward=False, key=rows[-1][:-1] if rows else ()) if has_next else None,
        previous=Cursor(backward=True, key=rows[0][:-1] if rows else ()) if has_previous else None,
    )


def _statement(listing: Listing, cursor: Cursor) -> tuple[str, list[Parameter]]:
    """The SQL of a page, with its parameters.

    Each index begins with `discontinued`. A list of all products is therefore the merge of two ranges, and the database
    reads at most one page of each.
    """
    statement, parameters = _range(listing, cursor, discontinued=False)
    if not listing.include_discontinued:
        return statement, parameters
    second, second_parameters = _range(listing, cursor, discontinued=True)
    merged = f"SELECT * FROM ({statement}) AS kept UNION ALL SELECT * FROM ({second}) AS ended"
    end = f"{_order(listing, cursor)} LIMIT %s"
    return f"{merged} {end}", [*parameters, *second_parameters, listing.page_size + 1]


def _range(listing: Listing, cursor: Cursor, *, discontinued: bool) -> tuple[str, list[Parameter]]:
    side = Condition("discontinued = %s", (discontinued,))
    conditions = [side, *listing.conditions, *_after(listing, cursor)]
    columns = ", ".join((*listing.ordering.columns, "document"))
    where = " AND ".join(condition.sql for condition in conditions)
    parameters = [value for condition in conditions for value in condition.parameters]
    table, order = listing.model._meta.db_table, _order(listing, cursor)
    statement = f"SELECT {columns} FROM {table} WHERE {where} {order} LIMIT %s"
    return statement, [*parameters, listing.page_size + 1]


def _after(listing: Listing, cursor: Cursor) -> list[Condition]:
    """The condition for rows after the cursor. It compares all columns as one row value.

    Both databases read it as one range of the index, also when several rows have equal first columns.
    """
    if not cursor.key:
        return []
    columns, marks = ", ".join(listing.ordering.columns), ", ".join(["%s"] * len(cursor.key))
    comparison = "<" if _downwards(listing, cursor) else ">"
    return [Condition(f"({columns}) {comparison} ({marks})", cursor.key)]


def _order(listing: Listing, cursor: Cursor) -> str:
    direction = "DESC" if _downwards(listing, cursor) else "ASC"
    return "ORDER BY " + ", ".join(f"{column} {direction}" for column in listing.ordering.columns)


def _downwards(listing: Listing, cursor: Cursor) -> bool:
    return listing.ordering.descending != cursor.backward
