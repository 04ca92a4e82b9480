"""A statement sent through libpq gives the results and errors of one sent through psycopg's cursor."""

import threading
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, NotSupportedError, OperationalError, connections, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from psycopg import IsolationLevel

from kernel.database.aliases import write_alias
from kernel.database.failures import is_lost_connection
from kernel.database.statements import fetch, run

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

EVERY_KIND = (
    "SELECT %s::bigint, %s::text, %s::boolean, %s::uuid, %s::timestamptz, %s::numeric(10, 2), %s::jsonb, 7 %% 4,"
    " %s::text"
)
VALUES = [
    *(
        2**40,
        "50 % of Möbel\n'\"",
        True,
        UUID(int=7),
        datetime(2026, 1, 2, 3, 4, 5, 678, UTC),
        Decimal("1.50"),
    ),
    *('{"a": [1, null]}', None),
]
OURS = "ours: "
INSERT = "INSERT INTO auth_group (name) VALUES (%s) RETURNING name"


@pytest.fixture
def connection() -> Any:
    """The connection with a new session, which has prepared no statement."""
    connections[write_alias()].close()
    yield connections[write_alias()]
    connections[write_alias()].close()


def prepared(connection: Any) -> list[str]:
    """The texts of the statements that the session has prepared through libpq."""
    found = fetch(connection, "SELECT statement FROM pg_prepared_statements WHERE name LIKE 'hot%%'")
    return [text for (text,) in found if "pg_prepared_statements" not in text]


def test_run__gives_the_rows_of_the_connections_own_cursor(connection: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(EVERY_KIND, VALUES)
        expected = cursor.fetchall()
    for _ in range(4):  # the first executions are not prepared, the later ones are
        assert run(connection, EVERY_KIND, VALUES) == (expected, 1)
    assert len(prepared(connection)) == 1


def test_run__counts_the_rows_it_changed(connection: Any) -> None:
    for name in ("a", "b"):
        run(connection, INSERT, [OURS + name])
    assert run(connection, "UPDATE auth_group SET name = name || '!' WHERE name LIKE %s", [OURS + "%"]) == (
        [],
        2,
    )


def test_run__prepares_repeated_statements_up_to_a_limit(connection: Any) -> None:
    connection.ensure_connection()
    threshold = connection.connection.prepare_threshold
    for _ in range(threshold):
        fetch(connection, "SELECT 1")
    assert prepared(connection) == []
    fetch(connection, "SELECT 1")
    assert prepared(connection) == ["SELECT 1"]
    connection.connection.prepared_max = 3
    for number in range(5):
        for _ in range(threshold + 1):
            fetch(connection, f"SELECT {number}, 'one of many'")
    assert len(prepared(connection)) == 2  # the statement of `prepared` itself is the third


def test_run__prepares_nothing_when_preparing_is_off(connection: Any) -> None:
    connection.ensure_connection()
    connection.connection.prepare_threshold = None
    for _ in range(5):
        fetch(connection, "SELECT 1")
    assert prepared(connection) == []


@pytest.mark.parametrize("times", [1, 4])
def test_run__is_part_of_the_transaction(connection: Any, times: int) -> None:
    with transaction.atomic(using=write_alias()):
        Group.objects.create(name=OURS + "by the ORM")
        for number in range(times):
            run(connection, INSERT, [f"{OURS}{number}"])
        transaction.set_rollback(True, using=write_alias())
    assert not Group.objects.filter(name__startswith=OURS).exists()


def test_run__out_of_autocommit_begins_a_transaction(connection: Any) -> None:
    connection.set_autocommit(False)
    run(connection, INSERT, [OURS])
    connection.rollback()
    connection.set_autocommit(True)
    assert not Group.objects.filter(name__startswith=OURS).exists()


def test_run__an_error_is_djangos_and_the_transaction_is_over(connection: Any) -> None:
    run(connection, INSERT, ["one"])
    with transaction.atomic(using=write_alias()):
        with pytest.raises(IntegrityError) as refused, transaction.atomic(using=write_alias()):
            run(connection, INSERT, ["one"])
        assert isinstance(refused.value.__cause__, psycopg.errors.UniqueViolation)
        assert refused.value.__cause__.diag.constraint_name == "auth_group_name_key"
        connection.needs_rollback = True
        with pytest.raises(TransactionManagementError):
            fetch(connection, "SELECT 1")


@pytest.mark.parametrize("times", [1, 2])
def test_run__a_lost_connection_is_an_operational_error_and_not_used_again(
    connection: Any, times: int
) -> None:
    lose(connection)
    for _ in range(times):
        with pytest.raises(OperationalError) as lost:
            fetch(connection, "SELECT 1")
        assert is_lost_connection(lost.value)
    connection.close_if_unusable_or_obsolete()
    assert fetch(connection, "SELECT 1") == [(1,)]


def test_run__lets_other_threads_run_while_it_waits(connection: Any) -> None:
    steps = 0

    ended = threading.Event()

    def step() -> None:
        nonlocal steps
        while not ended.wait(0.001):
            steps += 1

    other = threading.Thread(target=step)
    other.start()
    began = time.monotonic()
    fetch(connection, "SELECT pg_sleep(0.5)")
    counted = steps
    ended.set()
    other.join()
    assert time.monotonic() - began >= 0.5
    assert counted > 10


def test_run__is_seen_by_captured_queries(connection: Any) -> None:
    with CaptureQueriesContext(connection) as captured:
        fetch(connection, "SELECT %s::int", [41])
    assert [query["sql"] for query in captured] == ["SELECT 41::int"]


def test_run__is_seen_by_execute_wrappers(connection: Any) -> None:
    seen = []

    def record(execute: Any, sql: str, *rest: Any) -> Any:
        seen.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(record):
        fetch(connection, "SELECT 1")
    assert seen == ["SELECT 1"]


def test_transaction__has_the_isolation_level_of_the_connection(connection: Any) -> None:
    connection.ensure_connection()
    for level, shown in ((None, "read committed"), (IsolationLevel.SERIALIZABLE, "serializable")):
        connection.connection.isolation_level = level
        with transaction.atomic(using=write_alias()):
            assert fetch(connection, "SHOW transaction_isolation") == [(shown,)]


def lose(connection: Any) -> None:
    """End the connection's session from the server's side."""
    connection.ensure_connection()
    with psycopg.connect(**connection.get_connection_params() | {"autocommit": True}) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])


def test_transaction__that_cannot_begin_leaves_no_dead_connection_behind(connection: Any) -> None:
    lose(connection)
    with pytest.raises(OperationalError), transaction.atomic(using=write_alias()):
        pytest.fail("The transaction has begun on a lost connection.")
    with transaction.atomic(using=write_alias()):
        assert fetch(connection, "SELECT 1") == [(1,)]


def test_transaction__that_cannot_commit_is_undone(connection: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(using=write_alias()):
        fetch(
            connection,
            "INSERT INTO auth_user_groups (user_id, group_id) VALUES (%s, %s) RETURNING id",
            [0, 0],
        )
    assert fetch(connection, "SELECT 1 FROM auth_user_groups") == []
    assert fetch(connection, "SELECT pg_current_xact_id_if_assigned()") == [(None,)]


def test_run__a_plan_gone_stale_fails_once(connection: Any) -> None:
    fetch(connection, "CREATE TABLE changing (name varchar(5)) ")
    query = "SELECT name FROM changing"
    for _ in range(4):
        fetch(connection, query)
    with psycopg.connect(**connection.get_connection_params() | {"autocommit": True}) as other:
        other.execute("ALTER TABLE changing ALTER name TYPE varchar(9)")
    with pytest.raises(NotSupportedError):
        fetch(connection, query)
    assert [fetch(connection, query) for _ in range(4)] == [[]] * 4
    run(connection, "DROP TABLE changing")


def test_iterator__in_a_transaction_may_lock_what_it_reads(connection: Any) -> None:
    with transaction.atomic(using=write_alias()):
        assert list(Group.objects.select_for_update().iterator())
    assert list(Group.objects.iterator())
