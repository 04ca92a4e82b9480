"""Triggers of the log. They refuse every change of it; on PostgreSQL they also take the lock that the watermark needs.

Every migrate installs them, because Django on SQLite silently drops the triggers of a table that it remakes. They are
checked before the log is read.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from kernel.database.aliases import write_alias
from kernel.database.dialect import dialect_of

# The lock class of writers of the log. A transaction holds this lock, shared with other writers, from before it draws
# a position until its commit is visible. The watermark reads who holds it: see events.log.watermark.
LOG_LOCK_CLASS = 7_201
LOG_LOCK_OBJECT = 1

_REFUSAL = "The event log is append-only: rows are neither changed nor removed."

_POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION events_event_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$;
CREATE OR REPLACE FUNCTION events_event_announce() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_xact_lock_shared({LOG_LOCK_CLASS}, {LOG_LOCK_OBJECT}); RETURN NULL; END $$;
CREATE OR REPLACE TRIGGER events_event_no_change BEFORE UPDATE OR DELETE ON events_event
    FOR EACH ROW EXECUTE FUNCTION events_event_refuse();
CREATE OR REPLACE TRIGGER events_event_no_truncate BEFORE TRUNCATE ON events_event
    FOR EACH STATEMENT EXECUTE FUNCTION events_event_refuse();
CREATE OR REPLACE TRIGGER events_event_announced BEFORE INSERT ON events_event
    FOR EACH STATEMENT EXECUTE FUNCTION events_event_announce();
ALTER TABLE events_event ENABLE ALWAYS TRIGGER events_event_no_change;
ALTER TABLE events_event ENABLE ALWAYS TRIGGER events_event_no_truncate;
ALTER TABLE events_event ENABLE ALWAYS TRIGGER events_event_announced;
"""

# INSERT OR REPLACE deletes a row without firing delete triggers, unless the connection sets PRAGMA recursive_triggers.
# The third trigger works on every connection: it refuses to insert a row that exists already.
_SQLITE = (
    "CREATE TRIGGER IF NOT EXISTS events_event_no_update BEFORE UPDATE ON events_event"
    f" BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    "CREATE TRIGGER IF NOT EXISTS events_event_no_delete BEFORE DELETE ON events_event"
    f" BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    "CREATE TRIGGER IF NOT EXISTS events_event_no_replace BEFORE INSERT ON events_event"
    " WHEN EXISTS (SELECT 1 FROM events_event WHERE position = NEW.position)"
    " OR EXISTS (SELECT 1 FROM events_event WHERE id = NEW.id)"
    " OR EXISTS (SELECT 1 FROM events_event WHERE product_id = NEW.product_id AND version = NEW.version)"
    f" BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
)

_STATEMENTS = {"postgresql": (_POSTGRESQL,), "sqlite": _SQLITE}

TRIGGERS = {
    "postgresql": ("events_event_no_change", "events_event_no_truncate", "events_event_announced"),
    "sqlite": ("events_event_no_update", "events_event_no_delete", "events_event_no_replace"),
}


class LogUnguarded(RuntimeError):
    """The table of the log lacks one of its guards."""


def install_triggers(connection: BaseDatabaseWrapper) -> None:
    """Creates the triggers that are missing. Does nothing if all are there."""
    with connection.cursor() as cursor:
        for statement in _STATEMENTS[dialect_of(connection).name]:
            cursor.execute(statement)


def install_after_migrate(using: str, **kwargs: Any) -> None:
    """Receiver of post_migrate: installs the triggers in the write database."""
    connection = connections[using]
    if using == write_alias() and "events_event" in connection.introspection.table_names():
        install_triggers(connection)


def missing_guards(connection: BaseDatabaseWrapper) -> list[str]:
    """Returns the guards that the log lacks, in words; an empty list if it has all."""
    dialect = dialect_of(connection)
    present = dialect.triggers_on(connection, "events_event")
    lacks = [f"trigger {name}" for name in TRIGGERS[dialect.name] if name not in present]
    if not dialect.draws_one_by_one(connection, "events_event", "position"):
        lacks.append("sequence of events_event.position with CACHE 1")
    return lacks


def ensure_guarded(connection: BaseDatabaseWrapper) -> None:
    """Raises LogUnguarded if a guard is missing."""
    if lacks := missing_guards(connection):
        raise LogUnguarded(f"The event log lacks: {', '.join(lacks)}. Run 'manage.py migrate' to restore it.")


@contextmanager
def triggers_lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Inside the block, the log has no triggers. Only tests use it."""
    lift_triggers(connection)
    try:
        yield
    finally:
        install_triggers(connection)


def lift_triggers(connection: BaseDatabaseWrapper) -> None:
    """Removes the triggers: see `triggers_lifted`."""
    dialect = dialect_of(connection)
    for name in TRIGGERS[dialect.name]:
        dialect.drop_trigger(connection, name, "events_event")
