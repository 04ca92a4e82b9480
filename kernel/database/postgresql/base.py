"""The backend's connection; Django looks for it here."""

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
    """Django's connection with less around a statement.

    It is asked whether it still works at most once every ASK_EVERY, and always after an error. Django asks before the
    first statement of each request, a round trip that a read of one row feels. A connection lost since it was last
    asked fails one request with 503, as one that is lost in the middle does.

    Transactions begin and end by statements of their own, on a session that stays in autocommit.
    """

    _worked_at = -inf

    def is_usable(self) -> bool:
        if not self.errors_occurred and time.monotonic() - self._worked_at < ASK_EVERY:
            return True
        usable = super().is_usable()
        self._worked_at = time.monotonic() if usable else -inf
        return usable

    def _start_transaction_under_autocommit(self) -> None:
        """Called by `atomic`, as for SQLite."""
        level = self.connection.isolation_level
        begin = "BEGIN" if level is None else f"BEGIN ISOLATION LEVEL {level.name.replace('_', ' ')}"
        try:
            self._execute_plainly(begin)
        except BaseException:
            self.close()  # as `atomic` does when a statement inside it fails and so does the ROLLBACK
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
        """One with a name, as `.iterator()` takes it, ends with its transaction, of which psycopg doesn't know."""
        cursor = super().create_cursor(name)
        if name is not None:
            cursor._withhold = self.autocommit
        return cursor

    def run_prepared(self, text: str, values: Sequence[Any]) -> Executed | None:
        """Executes a statement of the hot path as a prepared one: see kernel.database.prepared_statements.

        None when the session is out of autocommit, where its cursors alone begin transactions.
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
