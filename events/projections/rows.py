"""Loading and writing the rows of a projection, many in one statement."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from django.db import models

from events.projections.base import ChildTable, Projection, ReadRow
from kernel.database.aliases import read_alias, read_connection
from kernel.database.dialect import dialect_of
from kernel.database.hydration import adapter_for, hydrate, select
from kernel.database.statements import Adapter, adapt, fetch

# What one child table holds for one product.
Children = frozenset[tuple[Any, ...]]

# A row is replaced by a later version of its stream, or by newer code's fold of the same one; never by an earlier.
_LATER_ONLY = (
    "excluded.version >= {table}.version AND"
    " (excluded.version > {table}.version OR excluded.projection_version > {table}.projection_version)"
)
_NOT_EARLIER = "excluded.version >= {table}.version"


def quoted(name: str | None) -> str:
    """A table's or column's name as it stands in SQL."""
    return read_connection().ops.quote_name(name or "")


def columns_of(model: type[models.Model]) -> list[str]:
    """The quoted columns of the table in the order of the model's fields; for a read row the id comes first."""
    return [quoted(field.column) for field in model._meta.concrete_fields]


def load_locked(projection: Projection[Any], product_ids: Iterable[int]) -> dict[int, ReadRow]:
    """The rows of these products, locked in id order until the transaction ends."""
    model: type[ReadRow] = projection.model
    connection = read_connection()
    dialect = dialect_of(connection)
    condition, listed = dialect.among("id", product_ids)
    locked = f"{select(model)} WHERE {condition} ORDER BY id{dialect.row_lock}"
    return {row[0]: hydrate(model, connection, row) for row in fetch(connection, locked, [listed])}


def children_of(projection: Projection[Any], row: Any) -> list[Children]:
    """What each child table must hold for `row`, in the order of `projection.children`."""
    if row.version == 0:
        return [frozenset() for _ in projection.children]
    return [frozenset(child.rows(row)) for child in projection.children]


def upsert(projection: Projection[Any], rows: Sequence[ReadRow], *, replace: bool = False) -> set[int]:
    """Write `rows` unless the table holds later versions; the ids written come back.

    `replace` also rewrites a row of the same version: for a row found to differ from its fold.
    """
    model = projection.model
    guard = (_NOT_EARLIER if replace else _LATER_ONLY).format(table=quoted(model._meta.db_table))
    ordered = sorted(rows, key=lambda row: row.id)
    _, *assigned = columns_of(model)
    assignments = ", ".join(f"{column} = excluded.{column}" for column in assigned)
    values = [_attributes(row) for row in ordered]
    return _insert(model, values, f"ON CONFLICT (id) DO UPDATE SET {assignments} WHERE {guard}")


def rewrite_children(child: ChildTable, wanted: Mapping[int, Iterable[tuple[Any, ...]]]) -> None:
    """Make the child table hold exactly the `wanted` rows for these products."""
    child.model._base_manager.using(read_alias()).filter(product_id__in=list(wanted))._raw_delete(
        read_alias()
    )
    ordered = [
        values
        for product_id in sorted(wanted)
        for values in child_values(child, product_id, wanted[product_id])
    ]
    _insert(child.model, ordered)


def child_values(
    child: ChildTable, product_id: int, wanted: Iterable[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """A product's child rows, sorted, each with its values in the order of the model's fields."""
    in_order = _in_order_of_fields(child)
    return [in_order((product_id, *values)) for values in sorted(wanted)]


@cache
def _in_order_of_fields(child: ChildTable) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    """A function that takes a product's id and the values of `child.columns`, and puts them into that order."""
    names = ["product_id", *child.columns]
    return itemgetter(*(names.index(field.name) for field in child.model._meta.concrete_fields))


def stored_children(child: ChildTable, product_ids: Iterable[int]) -> dict[int, list[tuple[Any, ...]]]:
    """What the child table holds for these products, sorted."""
    stored: dict[int, list[tuple[Any, ...]]] = {}
    found = child.model._base_manager.using(read_alias()).filter(product_id__in=list(product_ids))
    for product_id, *values in found.values_list("product_id", *child.columns):
        stored.setdefault(product_id, []).append(tuple(values))
    return {product_id: sorted(values) for product_id, values in stored.items()}


def remove_rows(projection: Projection[Any], product_ids: Iterable[int]) -> None:
    """Delete rows, and their children, of products that the log does not know."""
    ids = list(product_ids)
    for child in projection.children:
        rewrite_children(child, dict.fromkeys(ids, ()))
    projection.model._base_manager.using(read_alias()).filter(id__in=ids)._raw_delete(read_alias())


def values_of(row: models.Model) -> tuple[Any, ...]:
    """The row's columns as the database driver takes them."""
    return tuple(adapt(read_connection(), _adapters(type(row)), _attributes(row)))


def _attributes(row: models.Model) -> tuple[Any, ...]:
    return tuple([getattr(row, field.attname) for field in row._meta.concrete_fields])


@cache
def _adapters(model: type[models.Model]) -> list[Adapter | None]:
    dialect = dialect_of(read_connection())
    return [adapter_for(field, dialect) for field in model._meta.concrete_fields]


def _insert(model: type[models.Model], values: Sequence[tuple[Any, ...]], on_conflict: str = "") -> set[int]:
    """Insert rows of attributes in the order of the columns; the first columns of those written come back."""
    if not values:
        return set()
    connection = read_connection()
    return dialect_of(connection).insert_rows(connection, model, values, _adapters(model), on_conflict)
