"""The connection of the backend. Django finds it by the name of this module."""

import time
from collections.abc import Sequence
from math import inf
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.utils import debug_transaction

from kernel.database import prepared_statements
from kernel.database.prepared_statements import Executed

ASK_EVERY = 1.0  # seconds


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's connection with fewer round trips around a statement.

    Django checks before the first statement of each request whether the connection still works. This round trip slows
    down a read of one row. This class checks at most once every ASK_EVERY, and always after an error. If the
    connection is lost between two checks, one request fails with 503, as it does if the connection is lost during a
    request.

    The session stays in autocommit. Transactions begin and end with statements of their own, because psycopg would
    not begin one for a statement that goes through libpq itself.
    """

    _worked_at = -inf

    def is_usable(self) -> bool:
        if not self.errors_occurred and time.monotonic() - self._worked_at < ASK_EVERY:
            return True
        usable = super().is_usable()
        self._worked_at = time.monotonic() if usable else -inf
        return usable

    def _start_transaction_under_autocommit(self) -> None:
        """Begins a transaction. `atomic` calls this method in autocommit, as it does on SQLite."""
        level = self.connection.isolation_level
        begin = "BEGIN" if level is None else f"BEGIN ISOLATION LEVEL {level.name.replace('_', ' ')}"
        try:
            self._execute_plainly(begin)
        except BaseException:
            self.close()  # `atomic` does this too when a ROLLBACK fails
            raise

    def _commit(self) -> None:
        if self.connection is not None:
            self._execute_plainly("COMMIT")

    def _rollback(self) -> None:
        if self.connection is not None:
            self._execute_plainly("ROLLBACK")

    def _execute_plainly(self, text: str) -> None:
        with debug_transaction(self, text), self.wrap_database_errors:
            prepared_statements.command(self.connection, text.encode())

    def create_cursor(self, name: str | None = None) -> Any:
        """Makes a cursor. A cursor with a name, as for `.iterator()`, ends with the transaction.

        psycopg does not know of the transaction, so it needs to hear whether the cursor must outlive one.
        """
        cursor = super().create_cursor(name)
        if name is not None:
            cursor._withhold = self.autocommit
        return cursor

    def run_prepared(self, text: str, values: Sequence[Any]) -> Executed | None:
        """Executes a statement of the hot path as a prepared one: see kernel.database.prepared_statements.

        Returns None if the session is not in autocommit: only psycopg's cursors can begin a transaction there.
        """
        self.close_if_health_check_failed()
        self.ensure_connection()
        if not self.connection.autocommit:
            return None
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            return prepared_statements.execute(self.connection, text, values)

    def _set_autocommit(self, autocommit: bool) -> None:
        if self.connection.autocommit != autocommit:
            super()._set_autocommit(autocommit)  # type: ignore[misc]  # the stubs leave it out
