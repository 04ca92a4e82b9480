"""Loads and writes the rows of a projection, many in one statement."""

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

# The rows of one child table for one product.
Children = frozenset[tuple[Any, ...]]

# A row is replaced by a later version of its stream, or by newer code's fold of the same version. An earlier version
# never replaces it. For this reason several workers may write a row, in any order and more than once.
_LATER_ONLY = (
    "excluded.version >= {table}.version AND"
    " (excluded.version > {table}.version OR excluded.projection_version > {table}.projection_version)"
)
_NOT_EARLIER = "excluded.version >= {table}.version"


def quoted(name: str | None) -> str:
    """Returns a name of a table or a column, quoted for SQL."""
    return read_connection().ops.quote_name(name or "")


def columns_of(model: type[models.Model]) -> list[str]:
    """Returns the quoted columns of the table, in the order of the model's fields. The id of a read row comes first."""
    return [quoted(field.column) for field in model._meta.concrete_fields]


def load_locked(projection: Projection[Any], product_ids: Iterable[int]) -> dict[int, ReadRow]:
    """Loads the rows of these products and locks them until the transaction ends, in id order against deadlocks."""
    model: type[ReadRow] = projection.model
    connection = read_connection()
    dialect = dialect_of(connection)
    condition, listed = dialect.among("id", product_ids)
    locked = f"{select(model)} WHERE {condition} ORDER BY id{dialect.row_lock}"
    return {row[0]: hydrate(model, connection, row) for row in fetch(connection, locked, [listed])}


def children_of(projection: Projection[Any], row: Any) -> list[Children]:
    """Returns the rows that each child table must hold for `row`, in the order of `projection.children`."""
    if row.version == 0:
        return [frozenset() for _ in projection.children]
    return [frozenset(child.rows(row)) for child in projection.children]


def upsert(projection: Projection[Any], rows: Sequence[ReadRow], *, replace: bool = False) -> set[int]:
    """Writes `rows` unless the table holds later versions. Returns the ids that were written.

    `replace` also rewrites rows of the same version, for rows that differ from their fold.
    """
    model = projection.model
    guard = (_NOT_EARLIER if replace else _LATER_ONLY).format(table=quoted(model._meta.db_table))
    ordered = sorted(rows, key=lambda row: row.id)
    _, *assigned = columns_of(model)
    assignments = ", ".join(f"{column} = excluded.{column}" for column in assigned)
    values = [_attributes(row) for row in ordered]
    return _insert(model, values, f"ON CONFLICT (id) DO UPDATE SET {assignments} WHERE {guard}")


def rewrite_children(child: ChildTable, rows: Mapping[int, Iterable[tuple[Any, ...]]]) -> None:
    """Makes the child table hold exactly these rows for these products. `rows` is by product."""
    child.model._base_manager.using(read_alias()).filter(product_id__in=list(rows))._raw_delete(read_alias())
    ordered = [
        values for product_id in sorted(rows) for values in child_values(child, product_id, rows[product_id])
    ]
    _insert(child.model, ordered)


def child_values(
    child: ChildTable, product_id: int, rows: Iterable[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """Returns a product's child rows, sorted. Each has its values in the order of the model's fields."""
    in_order = _in_order_of_fields(child)
    return [in_order((product_id, *values)) for values in sorted(rows)]


@cache
def _in_order_of_fields(child: ChildTable) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    """A function that takes a product's id with the values of `child.columns`, and puts them into this order."""
    names = ["product_id", *child.columns]
    return itemgetter(*(names.index(field.name) for field in child.model._meta.concrete_fields))


def stored_children(child: ChildTable, product_ids: Iterable[int]) -> dict[int, list[tuple[Any, ...]]]:
    """Returns the rows of the child table for these products, sorted, by product."""
    stored: dict[int, list[tuple[Any, ...]]] = {}
    found = child.model._base_manager.using(read_alias()).filter(product_id__in=list(product_ids))
    for product_id, *values in found.values_list("product_id", *child.columns):
        stored.setdefault(product_id, []).append(tuple(values))
    return {product_id: sorted(values) for product_id, values in stored.items()}


def remove_rows(projection: Projection[Any], product_ids: Iterable[int]) -> None:
    """Deletes rows, with their children, of products that the log does not know."""
    ids = list(product_ids)
    for child in projection.children:
        rewrite_children(child, dict.fromkeys(ids, ()))
    projection.model._base_manager.using(read_alias()).filter(id__in=ids)._raw_delete(read_alias())


def values_of(row: models.Model) -> tuple[Any, ...]:
    """Returns the row's values in the form that the database takes."""
    return tuple(adapt(read_connection(), _adapters(type(row)), _attributes(row)))


def _attributes(row: models.Model) -> tuple[Any, ...]:
    return tuple([getattr(row, field.attname) for field in row._meta.concrete_fields])


@cache
def _adapters(model: type[models.Model]) -> list[Adapter | None]:
    dialect = dialect_of(read_connection())
    return [adapter_for(field, dialect) for field in model._meta.concrete_fields]


def _insert(model: type[models.Model], values: Sequence[tuple[Any, ...]], on_conflict: str = "") -> set[int]:
    """Inserts rows of attributes in the order of the columns. Returns the first column of each row that was written."""
    if not values:
        return set()
    connection = read_connection()
    return dialect_of(connection).insert_rows(connection, model, values, _adapters(model), on_conflict)
