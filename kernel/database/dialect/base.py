"""The operations that PostgreSQL and SQLite do in different ways."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from kernel.database.statements import Adapter, Statement

RawRow = tuple[Any, ...]
FieldTypes = tuple[type[models.Field[Any, Any]], ...]


class LockHeldElsewhere(RuntimeError):
    """Another session holds the lock."""


class Dialect(ABC):
    """The operations that the engine needs of a database, beyond the SQL that both databases understand."""

    name: ClassVar[str]
    """Django's name of the database, as in `connection.vendor`."""
    has_one_writer: ClassVar[bool]
    """True if transactions that write run one after another. Positions then commit in their order."""
    row_lock: ClassVar[str]
    """The end of a SELECT that locks its rows until the transaction ends."""
    row_lock_unless_busy: ClassVar[str]
    """The end of a SELECT that locks its rows, and leaves out the rows that another transaction has locked."""
    is_distinct: ClassVar[str]
    """The operator that is true if two values differ. To it, NULL is a value like others."""
    scratch_table: ClassVar[str]
    """The kind of table that a crash may empty and that costs less to write for that reason."""
    code_point_collation: ClassVar[str]
    """The collation that compares text by code point in every locale."""
    taken_as_given: ClassVar[FieldTypes]
    """The fields whose values need no conversion: the driver takes and returns Python values."""

    @abstractmethod
    def among(self, column: str, numbers: Iterable[int]) -> tuple[str, str]:
        """Returns a condition that the column is one of these numbers, and the one value of its placeholder.

        The text does not depend on how many numbers there are, so the statement is prepared only once.
        """

    @abstractmethod
    def among_texts(self, column: str, texts: Iterable[str]) -> tuple[str, str]:
        """Returns a condition that the column is one of these texts, and the one value of its placeholder."""

    @abstractmethod
    def execute_together(self, connection: BaseDatabaseWrapper, *statements: Statement) -> Any:
        """Executes statements that do not depend on each other. Returns the one value that the last one gives."""

    @abstractmethod
    def fetch_locked(
        self, connection: BaseDatabaseWrapper, select: str, values: Sequence[Any]
    ) -> tuple[RawRow, datetime] | None:
        """Returns the first row of a SELECT and the database's clock; None without a row.

        The row stays locked until the transaction ends. The clock is read only when the lock is held. A command that
        had to wait for the lock then never has an earlier time than the command that held it.
        """

    @abstractmethod
    def clock(self, connection: BaseDatabaseWrapper) -> datetime:
        """Returns the time of the database's clock, in UTC."""

    @abstractmethod
    def insert_rows(
        self,
        connection: BaseDatabaseWrapper,
        model: type[models.Model],
        rows: Sequence[RawRow],
        adapters: Sequence[Adapter | None],
        on_conflict: str,
    ) -> set[Any]:
        """Inserts rows. Each has the attributes of one model instance, in the order of the model's columns.

        `adapters` belong to these columns. `on_conflict` is the clause after the rows, or empty. Returns the first
        column of each row that was written.
        """

    @abstractmethod
    def copy_in(
        self, connection: BaseDatabaseWrapper, table: str, columns: Sequence[str], rows: Sequence[RawRow]
    ) -> None:
        """Fills a table with many rows of adapted values. `columns` names the columns in the order of the values."""

    @abstractmethod
    def analyse(self, connection: BaseDatabaseWrapper, table: str) -> None:
        """Updates the planner's statistics of a table that was just filled."""

    @abstractmethod
    def draw_identity(self, connection: BaseDatabaseWrapper, table: str) -> int:
        """Draws the next number of the table's `id`. No other caller gets this number."""

    @abstractmethod
    def pass_identity(self, connection: BaseDatabaseWrapper, table: str, last: int) -> None:
        """Makes sure that the next drawn number of the table's `id` is greater than `last`."""

    @abstractmethod
    def draws_one_by_one(self, connection: BaseDatabaseWrapper, table: str, column: str) -> bool:
        """Tells whether numbers of the column are drawn one at a time. Only then are they in the order of drawing."""

    @abstractmethod
    def triggers_on(self, connection: BaseDatabaseWrapper, table: str) -> set[str]:
        """Returns the names of the table's triggers, without disabled ones."""

    @abstractmethod
    def drop_trigger(self, connection: BaseDatabaseWrapper, name: str, table: str) -> None:
        """Removes the trigger if it exists."""

    @abstractmethod
    def lock_until_commit(self, connection: BaseDatabaseWrapper, lock_class: int, key: int) -> None:
        """Waits for a lock that belongs to no row or table, and holds it until the transaction ends.

        All such locks of a database share one space of numbers. `lock_class` is the purpose of the lock, and each
        purpose has its own constant. `key` tells locks of one purpose apart, such as the product's id.
        """

    @abstractmethod
    def run_alone(
        self, connection: BaseDatabaseWrapper, lock_class: int, name: str
    ) -> AbstractContextManager[None]:
        """Inside the block, no other process runs under this name. Raises LockHeldElsewhere at once if one does."""

    @abstractmethod
    def keep_writers_out(self, connection: BaseDatabaseWrapper, table: str) -> None:
        """Keeps other writers away from the table until the transaction ends. Readers go on."""

    @abstractmethod
    def one_snapshot(self, connection: BaseDatabaseWrapper) -> AbstractContextManager[None]:
        """Inside the block, all statements see the database as it was at one moment. No writer has to wait."""

    @abstractmethod
    def without_timeouts(self, connection: BaseDatabaseWrapper) -> AbstractContextManager[None]:
        """Inside the block, statements and waits for locks have no limit of time."""

    @abstractmethod
    def brief_transaction(
        self, connection: BaseDatabaseWrapper, lock_milliseconds: int
    ) -> AbstractContextManager[None]:
        """Opens a transaction that waits for a lock at most so many milliseconds, then raises OperationalError."""


def execute_plainly(connection: BaseDatabaseWrapper, text: str, values: Sequence[Any] = ()) -> None:
    """Executes a statement with Django's cursor, for its effect alone."""
    with connection.cursor() as cursor:
        cursor.execute(text, values or None)


def value_of(connection: BaseDatabaseWrapper, text: str, values: Sequence[Any] = ()) -> Any:
    """Returns the first value of the first row."""
    with connection.cursor() as cursor:
        cursor.execute(text, values or None)
        return cursor.fetchone()[0]


def quoted_columns(connection: BaseDatabaseWrapper, model: type[models.Model]) -> list[str]:
    """Returns the quoted names of the model's columns, in the order of its fields."""
    return [connection.ops.quote_name(str(field.column)) for field in model._meta.concrete_fields]


def marks(columns: Sequence[str]) -> str:
    """Returns a placeholder for each column."""
    return ", ".join(["%s"] * len(columns))
