"""Pages by keyset: the next starts after the last row of this one, found in an index and not counted off."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connections, router

from events.consistency.on_demand import before_reading
from products_read.models import ReadModel

Parameter = str | int | bool


class Condition(NamedTuple):
    """A part of a WHERE clause: SQL with a %s for each of `parameters`."""

    sql: str
    parameters: tuple[Parameter, ...] = ()


class Ordering(NamedTuple):
    """Columns that an index holds in this order, the id last to break ties. All go the same way."""

    columns: tuple[str, ...]
    descending: bool = False


class Cursor(NamedTuple):
    """Where a page begins: after the row with the values `key` in the ordering's columns, or before.

    Without a key it begins at the very start, or backward at the very end.
    """

    backward: bool = False
    key: tuple[Parameter, ...] = ()


class Page(NamedTuple):
    """Documents in order, and where the pages on either side begin; None where there is none."""

    documents: list[str]
    next: Cursor | None
    previous: Cursor | None


class Listing(NamedTuple):
    """What a list consists of. Discontinued products are left out unless asked for."""

    model: ReadModel
    ordering: Ordering
    conditions: Sequence[Condition]
    include_discontinued: bool
    page_size: int


def read_page(listing: Listing, cursor: Cursor) -> Page:
    """One page in one statement, which asks for one row more than the page to see whether there is more."""
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
    """The page of these rows, in order, each its key and last its document.

    A page reached through a cursor has a neighbour on the side it was reached from.
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
    """Indexes lead with `discontinued`: all products are two ranges, each read no further than the page."""
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
    """A comparison of whole rows, which both databases answer by a range of the index, ties included."""
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
