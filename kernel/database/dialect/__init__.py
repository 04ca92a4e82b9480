"""Everything that differs between PostgreSQL and SQLite, once: `postgresql` and `sqlite` stand side by side.

Nothing else asks which database it talks to. A statement that both understand stands where it is used.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

from kernel.database.dialect.base import Dialect, LockHeldElsewhere
from kernel.database.dialect.postgresql import PostgreSQL
from kernel.database.dialect.sqlite import SQLite

__all__ = ["Dialect", "LockHeldElsewhere", "dialect_of"]

_DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in (PostgreSQL(), SQLite())}


def dialect_of(connection: BaseDatabaseWrapper) -> Dialect:
    """The dialect of the connection's database."""
    return _DIALECTS[connection.vendor]
