"""Compares staged tables with the live ones in SQL, and writes the rows that differ."""

from collections.abc import Sequence
from typing import NamedTuple

from events.integrity.staging import (
    Staging,
    Table,
    delete,
    execute_on_read_database,
    fetch_from_read_database,
)
from events.projections.rows import columns_of
from kernel.database.aliases import read_connection
from kernel.database.dialect import dialect_of


class Counts(NamedTuple):
    """Numbers of rows of the read model that a merge adds, changes, removes and leaves as they are."""

    added: int
    changed: int
    removed: int
    unchanged: int


def find_differing(staging: Staging, product_ids: Sequence[int] | None = None) -> None:
    """Notes the products whose row or child rows differ from the staged ones.

    With `product_ids`, notes these products again and leaves the notes of all others.
    """
    for table in staging.tables:
        condition, values = "1 = 1", list[str]()
        if product_ids is not None:
            delete(table.differing, "id", product_ids)
            condition, listed = dialect_of(read_connection()).among(table.product_column, product_ids)
            values = [listed]
        compare = _differing_rows if table is staging.main else _differing_children
        statement = f"INSERT INTO {table.differing} (id) {compare(table, condition)}"
        # The statement has the condition more than once, and each occurrence needs its value.
        execute_on_read_database(statement, values * statement.count(condition))


def counts(staging: Staging, orphans: Sequence[int]) -> Counts:
    """Returns how many products a merge would add, change, remove and leave as they are."""
    touched = " UNION ".join(f"SELECT id FROM {table.differing}" for table in staging.tables)
    added, changed = fetch_from_read_database(
        f"SELECT count(*) FILTER (WHERE live.id IS NULL), count(live.id) FROM ({touched}) AS touched"
        f" JOIN {staging.main.staged} AS staged ON staged.id = touched.id"
        f" LEFT JOIN {staging.main.live} AS live ON live.id = touched.id"
    )[0]
    (staged,) = fetch_from_read_database(f"SELECT count(*) FROM {staging.main.staged}")[0]
    return Counts(added, changed, len(orphans), staged - added - changed)


def sample(staging: Staging, limit: int) -> list[int]:
    """Returns the ids of some products that a merge would add or change."""
    touched = " UNION ".join(f"SELECT id FROM {table.differing}" for table in staging.tables)
    return [
        product_id
        for (product_id,) in fetch_from_read_database(
            f"SELECT id FROM ({touched}) AS touched ORDER BY id LIMIT {limit}"
        )
    ]


def unstaged_live_rows(staging: Staging) -> list[int]:
    """Returns the products that have a live row and no staged one."""
    return [
        product_id
        for (product_id,) in fetch_from_read_database(
            _without_partner(staging.main.live, staging.main.staged)
        )
    ]


def rows_ahead(staging: Staging) -> list[int]:
    """Returns the products whose live row has a later version than the staged one."""
    ahead = fetch_from_read_database(
        f"SELECT live.id FROM {staging.main.live} AS live JOIN {staging.main.staged} AS staged"
        " ON staged.id = live.id WHERE live.version > staged.version"
    )
    return [product_id for (product_id,) in ahead]


def write_differing(staging: Staging, orphans: Sequence[int]) -> None:
    """Makes the live tables equal to the staged ones. Nobody else may write them meanwhile."""
    _write_rows(staging.main)
    for table in staging.children:
        _write_children(table)
    for table in staging.tables:
        delete(table.live, table.product_column, orphans)


def _write_rows(table: Table) -> None:
    columns = columns_of(table.model)
    assignments = ", ".join(f"{column} = excluded.{column}" for column in columns[1:])
    execute_on_read_database(
        f"INSERT INTO {table.live} ({', '.join(columns)})"
        f" SELECT {', '.join(columns)} FROM {table.staged}"
        f" WHERE id IN (SELECT id FROM {table.differing}) ORDER BY id"
        f" ON CONFLICT (id) DO UPDATE SET {assignments}"
    )


def _write_children(table: Table) -> None:
    columns = ", ".join(columns_of(table.model))
    of_differing = f"WHERE {table.product_column} IN (SELECT id FROM {table.differing})"
    execute_on_read_database(f"DELETE FROM {table.live} {of_differing}")
    execute_on_read_database(
        f"INSERT INTO {table.live} ({columns}) SELECT {columns} FROM {table.staged} {of_differing}"
    )


def _differing_rows(table: Table, condition: str) -> str:
    """Selects the staged rows that are missing in the live table or differ there."""
    columns = columns_of(table.model)
    differs = dialect_of(read_connection()).is_distinct
    any_differs = " OR ".join(f"live.{column} {differs} staged.{column}" for column in columns)
    return (
        f"SELECT staged.id FROM (SELECT * FROM {table.staged} WHERE {condition}) AS staged"
        f" LEFT JOIN (SELECT * FROM {table.live} WHERE {condition}) AS live ON live.id = staged.id"
        f" WHERE {any_differs}"
    )


def _differing_children(table: Table, condition: str) -> str:
    """Selects the products that have a child row on one side only."""
    columns = ", ".join(columns_of(table.model))
    staged = f"SELECT {columns} FROM {table.staged} WHERE {condition}"
    live = f"SELECT {columns} FROM {table.live} WHERE {condition}"
    return (
        f"SELECT DISTINCT {table.product_column} FROM (SELECT * FROM ({staged} EXCEPT {live}) AS missing"
        f" UNION ALL SELECT * FROM ({live} EXCEPT {staged}) AS surplus) AS differing"
    )


def _without_partner(table: str, other: str) -> str:
    return (
        f"SELECT id FROM {table} AS one WHERE NOT EXISTS (SELECT 1 FROM {other} AS two WHERE two.id = one.id)"
    )
