"""The backend's connection; Django looks for it here."""

import time
from math import inf

from django.db.backends.postgresql import base
from django.db.backends.utils import debug_transaction

from events import prepared

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
        begin = (
            b"BEGIN" if level is None else f"BEGIN ISOLATION LEVEL {level.name.replace('_', ' ')}".encode()
        )
        self._execute_plainly(begin)

    def _commit(self) -> None:
        if self.connection is not None:
            self._execute_plainly(b"COMMIT")

    def _rollback(self) -> None:
        if self.connection is not None:
            self._execute_plainly(b"ROLLBACK")

    def _execute_plainly(self, text: bytes) -> None:
        with debug_transaction(self, text.decode()), self.wrap_database_errors:
            prepared.command(self.connection, text)

    def _set_autocommit(self, autocommit: bool) -> None:
        if self.connection.autocommit != autocommit:
            super()._set_autocommit(autocommit)  # type: ignore[misc]  # the stubs leave it out
