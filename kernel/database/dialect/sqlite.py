"""The dialect of SQLite."""

import fcntl
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from kernel.database.dialect.base import (
    Dialect,
    LockHeldElsewhere,
    RawRow,
    execute_plainly,
    marks,
    quoted_columns,
    value_of,
)
from kernel.database.statements import Adapter, Statement, adapt, fetch, run


class SQLite(Dialect):
    """SQLite has one writer at a time. The clock is that of this machine.

    A transaction begins with BEGIN IMMEDIATE and holds the one lock of the database until it ends.
    """

    name = "sqlite"
    has_one_writer = True
    row_lock = ""
    row_lock_unless_busy = ""
    is_distinct = "IS NOT"
    scratch_table = "TEMPORARY"
    code_point_collation = "BINARY"
    taken_as_given = (models.CharField, models.TextField, models.IntegerField)

    rows_kept = 1_000
    """How many rows stay at most in a table that only gives numbers. Older rows have no meaning and are removed."""

    def among(self, column: str, numbers: Iterable[int]) -> tuple[str, str]:
        return f"{column} IN (SELECT value FROM json_each(%s))", f"[{','.join(map(str, numbers))}]"

    def among_texts(self, column: str, texts: Iterable[str]) -> tuple[str, str]:
        return f"{column} IN (SELECT value FROM json_each(%s))", msgspec.json.encode(list(texts)).decode()

    def execute_together(self, connection: BaseDatabaseWrapper, *statements: Statement) -> Any:
        *before, last = statements
        for statement in before:
            run(connection, *statement)
        return fetch(connection, *last)[0][0]

    def fetch_locked(
        self, connection: BaseDatabaseWrapper, select: str, values: Sequence[Any]
    ) -> tuple[RawRow, datetime] | None:
        found = fetch(connection, select, values)
        return (found[0], self.clock(connection)) if found else None

    def clock(self, connection: BaseDatabaseWrapper) -> datetime:
        return datetime.now(UTC)

    def insert_rows(
        self,
        connection: BaseDatabaseWrapper,
        model: type[models.Model],
        rows: Sequence[RawRow],
        adapters: Sequence[Adapter | None],
        on_conflict: str,
    ) -> set[Any]:
        """All rows count as written. No other transaction can have written a later version in the meantime."""
        columns = quoted_columns(connection, model)
        statement = (
            f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({', '.join(columns)})"
            f" VALUES ({marks(columns)}) {on_conflict}"
        )
        with connection.cursor() as cursor:
            cursor.executemany(statement, [adapt(connection, adapters, row) for row in rows])
        return {row[0] for row in rows}

    def copy_in(
        self, connection: BaseDatabaseWrapper, table: str, columns: Sequence[str], rows: Sequence[RawRow]
    ) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks(columns)})", rows)

    def analyse(self, connection: BaseDatabaseWrapper, table: str) -> None:
        """SQLite's planner works without statistics."""

    def draw_identity(self, connection: BaseDatabaseWrapper, table: str) -> int:
        drawn = int(value_of(connection, f"INSERT INTO {table} DEFAULT VALUES RETURNING id"))
        if drawn % self.rows_kept == 0:
            execute_plainly(connection, f"DELETE FROM {table} WHERE id < %s", [drawn])
        return drawn

    def pass_identity(self, connection: BaseDatabaseWrapper, table: str, last: int) -> None:
        greater = f"INSERT INTO {table} (id) SELECT %s WHERE %s > (SELECT coalesce(max(id), 0) FROM {table})"
        execute_plainly(connection, greater, [last, last])

    def draws_one_by_one(self, connection: BaseDatabaseWrapper, table: str, column: str) -> bool:
        return True

    def triggers_on(self, connection: BaseDatabaseWrapper, table: str) -> set[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
            return {name for (name,) in cursor.fetchall()}

    def drop_trigger(self, connection: BaseDatabaseWrapper, name: str, table: str) -> None:
        execute_plainly(connection, f"DROP TRIGGER IF EXISTS {name}")

    def lock_until_commit(self, connection: BaseDatabaseWrapper, lock_class: int, key: int) -> None:
        """There is nothing to lock: only one transaction writes at a time."""

    @contextmanager
    def run_alone(self, connection: BaseDatabaseWrapper, lock_class: int, name: str) -> Iterator[None]:
        """The lock is on a file beside the database. The operating system releases it when the process ends."""
        with open(f"{connection.settings_dict['NAME']}.{name}.lock", "w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LockHeldElsewhere(name) from None
            yield

    def keep_writers_out(self, connection: BaseDatabaseWrapper, table: str) -> None:
        """There is nothing to lock: only one transaction writes at a time."""

    @contextmanager
    def one_snapshot(self, connection: BaseDatabaseWrapper) -> Iterator[None]:
        # `atomic` would begin an IMMEDIATE transaction, which writers have to wait for.
        execute_plainly(connection, "BEGIN DEFERRED")
        try:
            yield
        finally:
            execute_plainly(connection, "ROLLBACK")

    @contextmanager
    def without_timeouts(self, connection: BaseDatabaseWrapper) -> Iterator[None]:
        yield  # SQLite limits no statement, and the settings say how long it waits for its lock

    @contextmanager
    def brief_transaction(self, connection: BaseDatabaseWrapper, lock_milliseconds: int) -> Iterator[None]:
        """BEGIN IMMEDIATE waits for the one lock, so the limit is set before the transaction begins."""
        usual = value_of(connection, "PRAGMA busy_timeout")
        execute_plainly(connection, f"PRAGMA busy_timeout = {lock_milliseconds}")
        try:
            with transaction.atomic(using=connection.alias):
                yield
        finally:
            execute_plainly(connection, f"PRAGMA busy_timeout = {usual}")
