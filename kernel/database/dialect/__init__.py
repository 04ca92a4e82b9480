"""The differences between PostgreSQL and SQLite: `postgresql` and `sqlite` have the same methods, side by side.

Other code calls the dialect and does not ask for the kind of database. A statement that both databases understand
stands where it is used. The log's triggers and its watermark have statements of their own in events/log.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

from kernel.database.dialect.base import Dialect, LockHeldElsewhere
from kernel.database.dialect.postgresql import PostgreSQL
from kernel.database.dialect.sqlite import SQLite

__all__ = ["Dialect", "LockHeldElsewhere", "dialect_of"]

_DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in (PostgreSQL(), SQLite())}


def dialect_of(connection: BaseDatabaseWrapper) -> Dialect:
    """Returns the dialect of the connection's database."""
    return _DIALECTS[connection.vendor]
