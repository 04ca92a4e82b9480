"""A kept connection is checked once a second, and after an error."""

import pytest
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

from kernel.database.aliases import write_alias
from kernel.database.postgresql import base

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """The results of all checks of connections, each of which costs a round trip."""
    results: list[bool] = []
    check = DatabaseWrapper.is_usable

    def check_and_record(self: DatabaseWrapper) -> bool:
        results.append(check(self))
        return results[-1]

    monkeypatch.setattr(DatabaseWrapper, "is_usable", check_and_record)
    return results


def begin_request() -> None:
    """Do to the connection as Django does when a request begins, and at its first statement."""
    connection = connections[write_alias()]
    connection.ensure_connection()
    connection.close_if_unusable_or_obsolete()
    connection.close_if_health_check_failed()


def test_connection__is_checked_once_a_second(checks: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        begin_request()
    assert len(checks) <= 1
    monkeypatch.setattr(base, "ASK_EVERY", 0.0)
    for _ in range(3):
        begin_request()
    assert checks[-3:] == [True, True, True]


def test_connection__is_checked_after_an_error(checks: list[bool]) -> None:
    begin_request()
    before = len(checks)
    connections[write_alias()].errors_occurred = True
    begin_request()
    assert len(checks) == before + 1
