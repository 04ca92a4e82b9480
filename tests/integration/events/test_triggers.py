"""Triggers in the database refuse every change of the log."""

import sqlite3
from contextlib import closing
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import Error, connection, transaction

from events.log import triggers
from events.log.watermark import final_watermark
from events.models import Event
from kernel.read_only_models import ReadOnlyError
from tests.support.streams import append, product_added

pytestmark = pytest.mark.django_db(transaction=True)

CHANGES = [
    "UPDATE events_event SET version = 9",
    "UPDATE events_event SET data = '{}' WHERE product_id = 1",
    "DELETE FROM events_event",
    "DELETE FROM events_event WHERE position = 1",
]
if connection.vendor == "postgresql":
    CHANGES += ["TRUNCATE events_event", "TRUNCATE events_event CASCADE"]
else:
    CHANGES += ["INSERT OR REPLACE INTO events_event SELECT * FROM events_event"]
    CHANGES += [
        "REPLACE INTO events_event SELECT position + 1000, 'other', product_id, version, type, schema_version,"
        " '{}', metadata, recorded_at, effective_at FROM events_event"
    ]


def execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("statement", CHANGES)
def test_log__refuses_change(statement: str) -> None:
    append(1, product_added())
    before = list(Event.objects.values())
    if "position = 1" in statement:
        statement = statement.replace("position = 1", f"position = {before[0]['position']}")
    with pytest.raises(Error, match="append-only"):
        execute(statement)
    assert list(Event.objects.values()) == before


@pytest.mark.parametrize("statement", CHANGES[:1])
def test_log__changes_without_the_triggers(statement: str) -> None:
    append(1, product_added())
    with triggers.triggers_lifted(connection):
        execute(statement)
    assert Event.objects.get().version == 9


def connection_of_a_stranger() -> Any:
    """A connection that this project has not set up."""
    if connection.vendor == "sqlite":
        return sqlite3.connect(connection.settings_dict["NAME"])
    parameters = {
        name: connection.get_connection_params()[name] for name in ("host", "port", "user", "password")
    }
    return psycopg.connect(dbname=connection.settings_dict["NAME"], **parameters)


def test_log__refuses_a_connection_that_this_project_has_not_set_up() -> None:
    append(1, product_added())
    with closing(connection_of_a_stranger()) as other:
        for statement in CHANGES:
            with pytest.raises((sqlite3.Error, psycopg.Error), match="append-only"):
                other.execute(statement.replace("position = 1", "version = 1"))
            other.rollback()
    assert Event.objects.get().version == 1


def test_migrate__restores_a_missing_trigger() -> None:
    triggers.lift_triggers(connection)
    assert len(triggers.missing_guards(connection)) == 3
    call_command("migrate", "--verbosity=0")
    assert triggers.missing_guards(connection) == []


def test_watermark__refuses_a_log_without_triggers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("events.log.watermark._guarded", set())
    with (
        triggers.triggers_lifted(connection),
        pytest.raises(triggers.LogUnguarded, match=r"manage\.py migrate"),
    ):
        final_watermark()
    assert final_watermark().position == 0


def test_event__refuses_to_be_written_through_the_orm() -> None:
    append(1, product_added())
    event = Event.objects.get()
    for write in (event.save, event.delete, Event.objects.all().delete, Event.objects.create):
        with pytest.raises(ReadOnlyError):
            write()
    with pytest.raises(ReadOnlyError):
        Event.objects.filter(version=1).update(version=2)
