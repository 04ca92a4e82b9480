"""What the engine asks of a database that PostgreSQL and SQLite do in different ways."""

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
    """What the engine needs of a database beyond the SQL that both understand."""

    name: ClassVar[str]
    """As Django names it, in `connection.vendor`."""
    has_one_writer: ClassVar[bool]
    """Whether transactions that write come one after the other, so that positions commit in their order."""
    row_lock: ClassVar[str]
    """What a SELECT ends with to lock its rows until the transaction ends."""
    row_lock_unless_busy: ClassVar[str]
    """What a SELECT ends with to lock its rows and pass over those that another transaction has locked."""
    is_distinct: ClassVar[str]
    """The operator that compares two values, nulls included."""
    scratch_table: ClassVar[str]
    """The kind of table that may be lost in a crash and costs the less for it."""
    code_point_collation: ClassVar[str]
    """The collation that compares text by code point, whatever the locale."""
    taken_as_given: ClassVar[FieldTypes]
    """The fields whose values the driver takes and gives as Python has them."""

    @abstractmethod
    def among(self, column: str, numbers: Iterable[int]) -> tuple[str, str]:
        """A condition that the column is one of these numbers, and its one value; its text is always the same."""

    @abstractmethod
    def among_texts(self, column: str, texts: Iterable[str]) -> tuple[str, str]:
        """A condition that the column is one of these texts, and its one value."""

    @abstractmethod
    def execute_together(self, connection: BaseDatabaseWrapper, *statements: Statement) -> Any:
        """Executes statements that do not depend on each other; returns the one value that the last of them gives."""

    @abstractmethod
    def fetch_locked(
        self, connection: BaseDatabaseWrapper, select: str, values: Sequence[Any]
    ) -> tuple[RawRow, datetime] | None:
        """The first row of a SELECT, locked until the transaction ends, and the clock read once the lock is held."""

    @abstractmethod
    def clock(self, connection: BaseDatabaseWrapper) -> datetime:
        """The database's clock now, in UTC."""

    @abstractmethod
    def insert_rows(
        self,
        connection: BaseDatabaseWrapper,
        model: type[models.Model],
        rows: Sequence[RawRow],
        adapters: Sequence[Adapter | None],
        on_conflict: str,
    ) -> set[Any]:
        """Inserts rows of attributes, in the order of the model's columns; the first columns of those written."""

    @abstractmethod
    def copy_in(
        self, connection: BaseDatabaseWrapper, table: str, columns: Sequence[str], rows: Sequence[RawRow]
    ) -> None:
        """Fills a table with many rows of adapted values, by the names of its columns."""

    @abstractmethod
    def analyse(self, connection: BaseDatabaseWrapper, table: str) -> None:
        """Tells the planner what a table that was just filled holds."""

    @abstractmethod
    def draw_identity(self, connection: BaseDatabaseWrapper, table: str) -> int:
        """The next number of the table's `id`, given to nobody else."""

    @abstractmethod
    def pass_identity(self, connection: BaseDatabaseWrapper, table: str, last: int) -> None:
        """Makes the next drawn number of the table's `id` greater than `last`."""

    @abstractmethod
    def draws_one_by_one(self, connection: BaseDatabaseWrapper, table: str, column: str) -> bool:
        """Whether the column's numbers are drawn one at a time, so that their order is the order of drawing."""

    @abstractmethod
    def triggers_on(self, connection: BaseDatabaseWrapper, table: str) -> set[str]:
        """The names of the triggers that the table has and that fire."""

    @abstractmethod
    def drop_trigger(self, connection: BaseDatabaseWrapper, name: str, table: str) -> None:
        """Removes a trigger if it is there."""

    @abstractmethod
    def lock_until_commit(self, connection: BaseDatabaseWrapper, lock_class: int, key: int) -> None:
        """Waits for a lock that has a number alone, and holds it until the transaction ends."""

    @abstractmethod
    def run_alone(
        self, connection: BaseDatabaseWrapper, lock_class: int, name: str
    ) -> AbstractContextManager[None]:
        """Inside, no other process runs under this name. Raises LockHeldElsewhere at once if one does."""

    @abstractmethod
    def keep_writers_out(self, connection: BaseDatabaseWrapper, table: str) -> None:
        """Lets nobody else write the table until the transaction ends; readers go on."""

    @abstractmethod
    def one_snapshot(self, connection: BaseDatabaseWrapper) -> AbstractContextManager[None]:
        """Inside, all statements see the database as it was at one moment. It holds up no writer."""

    @abstractmethod
    def without_timeouts(self, connection: BaseDatabaseWrapper) -> AbstractContextManager[None]:
        """Inside, statements and locks may take as long as they take."""

    @abstractmethod
    def brief_transaction(
        self, connection: BaseDatabaseWrapper, lock_milliseconds: int
    ) -> AbstractContextManager[None]:
        """A transaction that gives up on a lock after so many milliseconds, with an OperationalError."""


def execute_plainly(connection: BaseDatabaseWrapper, text: str, values: Sequence[Any] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, values or None)


def value_of(connection: BaseDatabaseWrapper, text: str, values: Sequence[Any] = ()) -> Any:
    """The first value of the first row."""
    with connection.cursor() as cursor:
        cursor.execute(text, values or None)
        return cursor.fetchone()[0]


def quoted_columns(connection: BaseDatabaseWrapper, model: type[models.Model]) -> list[str]:
    return [connection.ops.quote_name(str(field.column)) for field in model._meta.concrete_fields]


def marks(columns: Sequence[str]) -> str:
    return ", ".join(["%s"] * len(columns))
