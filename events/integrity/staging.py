"""Staging: a second set of a read model's tables. It is filled from the log and compared with the live tables in SQL.

The staging tables are UNLOGGED on PostgreSQL and TEMPORARY on SQLite. Their loss costs only the work of a rebuild.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import models

from events.projections.base import Projection, ReadRow
from events.projections.rows import child_values, columns_of, quoted, values_of
from kernel.database.aliases import read_connection
from kernel.database.dialect import dialect_of


class Table(NamedTuple):
    """A live table with its staging copy, and the column that holds the product's id."""

    model: type[models.Model]
    product_column: str

    @property
    def live(self) -> str:
        return quoted(self.model._meta.db_table)

    @property
    def staged(self) -> str:
        return quoted(f"{self.model._meta.db_table}__staging")

    @property
    def differing(self) -> str:
        """The table that holds the ids of the products whose rows differ."""
        return quoted(f"{self.model._meta.db_table}__differing")


class Staging:
    """The staging tables of one projection. Their names are fixed: the next run replaces the tables of a killed run."""

    def __init__(self, projection: Projection[Any]) -> None:
        self.projection = projection
        self.main = Table(projection.model, quoted("id"))
        self.children = [Table(child.model, quoted("product_id")) for child in projection.children]
        self.progress = quoted(f"{projection.model._meta.db_table}__progress")

    @property
    def tables(self) -> list[Table]:
        return [self.main, *self.children]

    def create(self) -> None:
        """Makes the tables, empty, in place of old ones. Copies have the columns of the live tables, in their order."""
        self.drop()
        kind = dialect_of(read_connection()).scratch_table
        for table in self.tables:
            execute_on_read_database(
                f"CREATE {kind} TABLE {table.staged} AS SELECT * FROM {table.live} WHERE 1 = 0"
            )
            execute_on_read_database(f"CREATE {kind} TABLE {table.differing} (id bigint PRIMARY KEY)")
        execute_on_read_database(f"CREATE UNIQUE INDEX {_index_of(self.main)} ON {self.main.staged} (id)")
        execute_on_read_database(
            f"CREATE {kind} TABLE {self.progress} (first bigint PRIMARY KEY, folded bigint NOT NULL)"
        )

    def index_children(self) -> None:
        """Makes the indexes for merging and bringing products up. An index costs less after the table is filled."""
        for table in self.children:
            execute_on_read_database(
                f"CREATE INDEX {_index_of(table)} ON {table.staged} ({table.product_column})"
            )
        for table in self.tables:
            dialect_of(read_connection()).analyse(read_connection(), table.staged)

    def drop(self) -> None:
        for table in self.tables:
            execute_on_read_database(f"DROP TABLE IF EXISTS {table.staged}")
            execute_on_read_database(f"DROP TABLE IF EXISTS {table.differing}")
        execute_on_read_database(f"DROP TABLE IF EXISTS {self.progress}")

    def add(self, rows: Sequence[ReadRow]) -> None:
        """Puts folded rows and their children into the staging tables."""
        _copy_in(self.main, [values_of(row) for row in rows])
        for table, child in zip(self.children, self.projection.children, strict=True):
            _copy_in(
                table, [values for row in rows for values in child_values(child, row.id, child.rows(row))]
            )

    def replace(self, rows: Sequence[ReadRow]) -> None:
        """Puts folded rows and their children in the place of the staged ones, if there are any."""
        self.discard([row.id for row in rows])
        self.add(rows)

    def discard(self, product_ids: Sequence[int]) -> None:
        for table in self.tables:
            delete(table.staged, table.product_column, product_ids)

    def load(self, product_ids: Sequence[int]) -> dict[int, ReadRow]:
        """Returns the staged rows of these products. `raw` takes values by the names of columns, not by their order."""
        condition, listed = dialect_of(read_connection()).among("id", product_ids)
        found = self.projection.model.objects.raw(
            f"SELECT * FROM {self.main.staged} WHERE {condition}", [listed], using=read_connection().alias
        )
        return {row.id: row for row in found}

    def note_progress(self, first: int, folded: int) -> None:
        """Notes that the chunk that begins with product `first` is staged, with `folded` rows."""
        execute_on_read_database(
            f"INSERT INTO {self.progress} (first, folded) VALUES (%s, %s)", [first, folded]
        )

    def is_whole(self, chunks: int) -> bool:
        """Tells whether all chunks are staged. A crash of the server empties UNLOGGED tables, also this progress."""
        noted, folded = fetch_from_read_database(
            f"SELECT count(*), coalesce(sum(folded), 0) FROM {self.progress}"
        )[0]
        (rows,) = fetch_from_read_database(f"SELECT count(*) FROM {self.main.staged}")[0]
        return bool(noted == chunks and rows == folded)


def execute_on_read_database(statement: str, parameters: Sequence[Any] = ()) -> None:
    with read_connection().cursor() as cursor:
        cursor.execute(statement, list(parameters))


def fetch_from_read_database(statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with read_connection().cursor() as cursor:
        cursor.execute(statement, list(parameters))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def delete(table: str, column: str, product_ids: Sequence[int]) -> None:
    if product_ids:
        condition, listed = dialect_of(read_connection()).among(column, product_ids)
        execute_on_read_database(f"DELETE FROM {table} WHERE {condition}", [listed])


def _index_of(table: Table) -> str:
    return quoted(f"{table.model._meta.db_table}__staging_product")


def _copy_in(table: Table, values: Sequence[tuple[Any, ...]]) -> None:
    """Puts rows into the staging table. Each row has its values in the order of the model's fields.

    The columns are named, because the table may have them in another order: a migration adds a column at the end of
    the table, and the model may have its field before others.
    """
    if values:
        connection = read_connection()
        dialect_of(connection).copy_in(connection, table.staged, columns_of(table.model), values)
