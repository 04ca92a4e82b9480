"""The database of each side, by its alias in Django. With one database both aliases are `default`."""

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper


def write_alias() -> str:
    """Returns the alias of the database of the write models and the log."""
    return DEFAULT_DB_ALIAS


def read_alias() -> str:
    """Returns the alias of the database of the read models: `default` unless READ_DATABASE_URL is set."""
    return "read" if "read" in settings.DATABASES else DEFAULT_DB_ALIAS


def write_connection() -> BaseDatabaseWrapper:
    """Returns this thread's connection to the write side's database."""
    return connections[write_alias()]


def read_connection() -> BaseDatabaseWrapper:
    """Returns this thread's connection to the read side's database."""
    return connections[read_alias()]
