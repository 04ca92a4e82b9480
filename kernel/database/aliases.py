"""The database of each side. With one database both names are `default`."""

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper


def write_alias() -> str:
    """The database of the write models and the log."""
    return DEFAULT_DB_ALIAS


def read_alias() -> str:
    """The database of the read models and their checkpoints; `default` unless READ_DATABASE_URL is set."""
    return "read" if "read" in settings.DATABASES else DEFAULT_DB_ALIAS


def write_connection() -> BaseDatabaseWrapper:
    """This thread's connection to the write side's database."""
    return connections[write_alias()]


def read_connection() -> BaseDatabaseWrapper:
    """This thread's connection to the read side's database."""
    return connections[read_alias()]
