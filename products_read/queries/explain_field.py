"""The events that gave a field its value, found by the fold that makes the value.

One call looks at EVENTS_LOOKED_AT events and gives a cursor to earlier ones. Its work and memory therefore do not grow
with the stream; a stream of a million events takes 200 calls. Each call starts from a snapshot at most SNAPSHOT_EVERY
events before its first event (events.projections.snapshots). Snapshots can be missing, as after a new version of the
projection. Then the first call makes them, once, in about 20 microseconds for each event.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from events import log
from events.log import RecordedEvent
from events.projections import snapshots
from events.projections.base import FoldFailed, Projection, ReadRow, projection_into
from events.projections.folding import Fold
from kernel.errors import FieldFault, Invalid, NotFound
from products_read.documents.events import rendered_event
from products_read.documents.past import set_aside
from products_read.documents.shapes import ProductDisplayDocument, ProductInventoryDocument
from products_read.models import ProductDisplay, ProductInventory, ReadModel
from products_read.queries.definition import LogQuery, answers
from products_read.queries.keyset import Cursor

EVENTS_LOOKED_AT = 5_000

# Fields of both documents are explained by ProductDisplay, because the later entry replaces the earlier one.
EXPLAINED_BY: dict[str, ReadModel] = {
    **dict.fromkeys(ProductInventoryDocument.__struct_fields__, ProductInventory),
    **dict.fromkeys(ProductDisplayDocument.__struct_fields__, ProductDisplay),
}


class ExplainField(LogQuery, frozen=True, kw_only=True):
    """The events that changed a field of the product's display or inventory, newest first.

    One response covers a few thousand events. If there are earlier events, its `Link` header leads to them.
    """

    address = "products/<product_id:product_id>/explain/"
    url_name = "product-explanation"
    example = "field=current_stock"

    field: str = ""


class Explanation(NamedTuple):
    """The changes of a field.

    `current` is the value now, as JSON. `changes` are the JSON texts of events, newest first; each also has the field's
    value `before` and `after` it. `next` leads to earlier changes, and is None when there can be none.
    """

    current: str
    changes: list[str]
    next: Cursor | None


@answers(ExplainField)
def explain_field(
    product_id: int, query: ExplainField, cursor: Cursor, events_looked_at: int = EVENTS_LOOKED_AT
) -> Explanation:
    """The changes of the query's field, from `cursor` back.

    Raises NotFound, Invalid for an unknown field, and Unavailable when this code cannot apply one of the events.
    """
    projection = projection_into(_model_with(query.field))
    head = log.head_version(product_id)
    if not head:
        raise NotFound(f"There is no product {product_id}.")
    upto = min(int(cursor.key[0]), head) if cursor.key else head
    span = _Span(max(0, upto - events_looked_at), upto, head)
    try:
        return _explanation(projection, product_id, query.field, span)
    except FoldFailed as failure:
        raise set_aside(failure) from failure


def _model_with(field: str) -> ReadModel:
    if field not in EXPLAINED_BY:
        known = f"Name one of: {', '.join(sorted(EXPLAINED_BY))}."
        detail = f"There is no field {field!r}. {known}" if field else known
        raise Invalid([FieldFault("field", "invalid" if field else "required", detail)])
    return EXPLAINED_BY[field]


class _Span(NamedTuple):
    """The versions of a stream after `start` and up to `upto`. `head` is the stream's last version."""

    start: int
    upto: int
    head: int


def _explanation(projection: Projection[Any], product_id: int, field: str, span: _Span) -> Explanation:
    row = snapshots.at_version(projection, product_id, span.start)
    events = log.read_stream(product_id, span.start, span.upto)
    changes = list(_changes(projection, row, field, events))
    if span.upto < span.head:  # an earlier part of the stream: its fold ends before the current value
        row = snapshots.at_version(projection, product_id, span.head)
    return Explanation(
        current=_json(_value(row, field)),
        changes=changes[::-1],
        next=Cursor(key=(span.start,)) if span.start else None,
    )


def _changes(
    projection: Projection[Any], row: ReadRow, field: str, events: Iterable[RecordedEvent]
) -> Iterator[str]:
    """Folds `events` into `row` one by one, and yields those that change the field, oldest first."""
    fold = Fold(projection, [row.id])
    before = _value(row, field)
    for event in events:
        fold(row, [event])
        after = _value(row, field)
        if after != before:
            # The event's JSON text without its first brace, after the two values.
            yield f'{{"before":{_json(before)},"after":{_json(after)},{rendered_event(event)[1:]}'
        before = after


def _value(row: Any, field: str) -> object:
    """The field's value as it is served; None before the product's first event."""
    if not row.version:
        return None
    return msgspec.json.decode(row.document, type=dict[str, object])[field]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
