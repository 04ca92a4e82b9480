"""The dialect of PostgreSQL."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any
from zlib import crc32

import msgspec
from django.db import DatabaseError, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from kernel.database.dialect.base import (
    Dialect,
    LockHeldElsewhere,
    RawRow,
    execute_plainly,
    quoted_columns,
    value_of,
)
from kernel.database.statements import Adapter, Statement, fetch


class PostgreSQL(Dialect):
    """PostgreSQL has many writers at once, row locks, advisory locks and a clock of its own."""

    name = "postgresql"
    has_one_writer = False
    row_lock = " FOR UPDATE"
    row_lock_unless_busy = " FOR UPDATE SKIP LOCKED"
    is_distinct = "IS DISTINCT FROM"
    scratch_table = "UNLOGGED"
    code_point_collation = "C"
    taken_as_given = (
        *(models.CharField, models.TextField, models.IntegerField, models.BooleanField),
        *(models.UUIDField, models.DateTimeField, models.DecimalField),
    )

    def among(self, column: str, numbers: Iterable[int]) -> tuple[str, str]:
        return f"{column} = ANY(%s::bigint[])", f"{{{','.join(map(str, numbers))}}}"

    def among_texts(self, column: str, texts: Iterable[str]) -> tuple[str, str]:
        listed = msgspec.json.encode(list(texts)).decode()
        return f"{column} IN (SELECT json_array_elements_text(%s::json))", listed

    def execute_together(self, connection: BaseDatabaseWrapper, *statements: Statement) -> Any:
        """The statements before the last become parts of its WITH clause, so that all take one round trip."""
        *before, last = statements
        if not before:
            return fetch(connection, *last)[0][0]
        # PostgreSQL executes a part that changes rows even if nothing refers to it.
        names = ", ".join(f"part_{number} AS ({part.text})" for number, part in enumerate(before))
        values = [value for statement in statements for value in statement.values]
        return fetch(connection, f"WITH {names} {last.text}", values)[0][0]

    def fetch_locked(
        self, connection: BaseDatabaseWrapper, select: str, values: Sequence[Any]
    ) -> tuple[RawRow, datetime] | None:
        """MATERIALIZED makes PostgreSQL lock the row first and read the clock second.

        When the clock was read first, a third of the events of a busy product had an earlier time than the event
        before them.
        """
        locked = f"WITH locked AS MATERIALIZED ({select} FOR UPDATE)"
        found = fetch(connection, f"{locked} SELECT locked.*, clock_timestamp() FROM locked", values)
        return (found[0][:-1], found[0][-1]) if found else None

    def clock(self, connection: BaseDatabaseWrapper) -> datetime:
        moment: datetime = value_of(connection, "SELECT clock_timestamp()")
        return moment

    def insert_rows(
        self,
        connection: BaseDatabaseWrapper,
        model: type[models.Model],
        rows: Sequence[RawRow],
        adapters: Sequence[Adapter | None],
        on_conflict: str,
    ) -> set[Any]:
        """All rows are sent as one JSON text, which takes less CPU here than an array for each column."""
        fields = model._meta.concrete_fields
        names, quoted = [field.column for field in fields], quoted_columns(connection, model)
        types = ", ".join(
            f"{name} {field.db_type(connection)}" for name, field in zip(quoted, fields, strict=True)
        )
        listed = msgspec.json.encode([dict(zip(names, row, strict=True)) for row in rows]).decode()
        statement = (
            f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({', '.join(quoted)})"
            f" SELECT * FROM json_to_recordset(%s::json) AS given({types}) {on_conflict} RETURNING {quoted[0]}"
        )
        return {first for (first,) in fetch(connection, statement, [listed])}

    def copy_in(
        self, connection: BaseDatabaseWrapper, table: str, columns: Sequence[str], rows: Sequence[RawRow]
    ) -> None:
        with (
            connection.cursor() as cursor,
            cursor.cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)

    def analyse(self, connection: BaseDatabaseWrapper, table: str) -> None:
        execute_plainly(connection, f"ANALYZE {table}")

    def draw_identity(self, connection: BaseDatabaseWrapper, table: str) -> int:
        return int(value_of(connection, "SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table]))

    def pass_identity(self, connection: BaseDatabaseWrapper, table: str, last: int) -> None:
        sequence = value_of(connection, "SELECT pg_get_serial_sequence(%s, 'id')", [table])
        behind = f"SELECT setval(%s, %s) WHERE %s > (SELECT last_value FROM {sequence})"
        execute_plainly(connection, behind, [sequence, last, last])

    def draws_one_by_one(self, connection: BaseDatabaseWrapper, table: str, column: str) -> bool:
        """A session with cached numbers can use a low number after another session has used a higher one."""
        cached = (
            "SELECT max(seqcache) FROM pg_sequence WHERE seqrelid = pg_get_serial_sequence(%s, %s)::regclass"
        )
        return bool(value_of(connection, cached, [table, column]) == 1)

    def triggers_on(self, connection: BaseDatabaseWrapper, table: str) -> set[str]:
        firing = "SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND tgenabled IN ('O', 'A')"
        with connection.cursor() as cursor:
            cursor.execute(firing, [table])
            return {name for (name,) in cursor.fetchall()}

    def drop_trigger(self, connection: BaseDatabaseWrapper, name: str, table: str) -> None:
        execute_plainly(connection, f"DROP TRIGGER IF EXISTS {name} ON {table}")

    def lock_until_commit(self, connection: BaseDatabaseWrapper, lock_class: int, key: int) -> None:
        # An advisory lock takes two 32-bit numbers. Keys that agree in these bits share a lock and only wait longer.
        execute_plainly(connection, "SELECT pg_advisory_xact_lock(%s, %s)", [lock_class, key & 0x7FFF_FFFF])

    @contextmanager
    def run_alone(self, connection: BaseDatabaseWrapper, lock_class: int, name: str) -> Iterator[None]:
        # The lock belongs to the session: it lasts over many transactions, and ends with the process.
        key = [lock_class, crc32(name.encode()) & 0x7FFF_FFFF]
        if not value_of(connection, "SELECT pg_try_advisory_lock(%s, %s)", key):
            raise LockHeldElsewhere(name)
        try:
            yield
        finally:
            execute_plainly(connection, "SELECT pg_advisory_unlock(%s, %s)", key)

    def keep_writers_out(self, connection: BaseDatabaseWrapper, table: str) -> None:
        execute_plainly(connection, f"LOCK TABLE {table} IN EXCLUSIVE MODE")

    @contextmanager
    def one_snapshot(self, connection: BaseDatabaseWrapper) -> Iterator[None]:
        with transaction.atomic(using=connection.alias):
            execute_plainly(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            # Between two statements the caller may compute for longer than a command may idle.
            execute_plainly(connection, "SET LOCAL statement_timeout = 0")
            execute_plainly(connection, "SET LOCAL idle_in_transaction_session_timeout = 0")
            yield

    @contextmanager
    def without_timeouts(self, connection: BaseDatabaseWrapper) -> Iterator[None]:
        timeouts = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        for timeout in timeouts:
            execute_plainly(connection, f"SET {timeout} = 0")
        try:
            yield
        finally:
            with suppress(DatabaseError):  # a new connection has the usual timeouts anyway
                for timeout in timeouts:
                    execute_plainly(connection, f"RESET {timeout}")

    @contextmanager
    def brief_transaction(self, connection: BaseDatabaseWrapper, lock_milliseconds: int) -> Iterator[None]:
        with transaction.atomic(using=connection.alias):
            execute_plainly(connection, f"SET LOCAL lock_timeout = {lock_milliseconds}")
            yield
