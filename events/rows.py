"""Loading and writing the rows of a projection, many in one statement."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connections, models

from events.databases import read_alias
from events.projection import ChildTable, Projection, ReadRow

# What one child table holds for one product.
Children = frozenset[tuple[Any, ...]]

# A row is replaced by a later version of its stream, or by newer code's fold of the same one; never by an earlier.
_LATER_ONLY = (
    "excluded.version >= {table}.version AND"
    " (excluded.version > {table}.version OR excluded.projection_version > {table}.projection_version)"
)
_NOT_EARLIER = "excluded.version >= {table}.version"


def load_locked(projection: Projection[Any], product_ids: Iterable[int]) -> dict[int, ReadRow]:
    """The rows of these products, locked in id order until the transaction ends."""
    rows = projection.model.objects.using(read_alias()).select_for_update()
    return {row.id: row for row in rows.filter(id__in=list(product_ids)).order_by("id")}


def children_of(projection: Projection[Any], row: Any) -> list[Children]:
    """What each child table must hold for `row`, in the order of `projection.children`."""
    if row.version == 0:
        return [frozenset() for _ in projection.children]
    return [frozenset(child.rows(row)) for child in projection.children]


def upsert(projection: Projection[Any], rows: Sequence[ReadRow], *, replace: bool = False) -> set[int]:
    """Write `rows` unless the table holds later versions; the ids written come back.

    `replace` also rewrites a row of the same version: for a row found to differ from its fold.
    """
    ordered = sorted(rows, key=lambda row: row.id)
    guard = (_NOT_EARLIER if replace else _LATER_ONLY).format(table=_quoted(projection.model._meta.db_table))
    return _insert(projection.model, ordered, conflict=f"(id) DO UPDATE SET {{assignments}} WHERE {guard}")


def rewrite_children(child: ChildTable, wanted: Mapping[int, Iterable[tuple[Any, ...]]]) -> None:
    """Make the child table hold exactly the `wanted` rows for these products."""
    child.model._base_manager.using(read_alias()).filter(product_id__in=list(wanted))._raw_delete(
        read_alias()
    )
    rows = [
        child.model(product_id=product_id, **dict(zip(child.columns, values, strict=True)))
        for product_id in sorted(wanted)
        for values in sorted(wanted[product_id])
    ]
    child.model._base_manager.using(read_alias()).bulk_create(rows)


def stored_children(child: ChildTable, product_ids: Iterable[int]) -> dict[int, list[tuple[Any, ...]]]:
    """What the child table holds for these products, sorted."""
    stored: dict[int, list[tuple[Any, ...]]] = {}
    found = child.model._base_manager.using(read_alias()).filter(product_id__in=list(product_ids))
    for product_id, *values in found.values_list("product_id", *child.columns):
        stored.setdefault(product_id, []).append(tuple(values))
    return {product_id: sorted(values) for product_id, values in stored.items()}


def remove(projection: Projection[Any], product_ids: Iterable[int]) -> None:
    """Delete rows, and their children, of products that the log does not know."""
    ids = list(product_ids)
    for child in projection.children:
        rewrite_children(child, dict.fromkeys(ids, ()))
    projection.model._base_manager.using(read_alias()).filter(id__in=ids)._raw_delete(read_alias())


def _quoted(name: str | None) -> str:
    return connections[read_alias()].ops.quote_name(name or "")


def _insert(model: type[models.Model], rows: Sequence[models.Model], *, conflict: str) -> set[int]:
    if not rows:
        return set()
    connection = connections[read_alias()]
    fields = model._meta.concrete_fields
    values = [
        [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields] for row in rows
    ]
    columns = [_quoted(field.column) for field in fields]
    assignments = ", ".join(f"{column} = excluded.{column}" for column in columns[1:])
    into = f"INSERT INTO {_quoted(model._meta.db_table)} ({', '.join(columns)})"
    on_conflict = f"ON CONFLICT {conflict.format(assignments=assignments)}"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            source = ", ".join(f"%s::{_array_type(field, connection)}[]" for field in fields)
            statement = f"{into} SELECT * FROM unnest({source}) {on_conflict} RETURNING id"
            cursor.execute(statement, [list(column) for column in zip(*values, strict=True)])
            return {product_id for (product_id,) in cursor.fetchall()}
        marks = ", ".join(["%s"] * len(fields))
        cursor.executemany(f"{into} VALUES ({marks}) {on_conflict}", values)
    return {row.pk for row in rows}


def _array_type(field: models.Field[Any, Any], connection: Any) -> str:
    declared = field.db_type(connection) or "text"
    return declared.split("(")[0] if declared.startswith("varchar") else declared
