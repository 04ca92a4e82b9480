"""How often a kept connection is asked whether it still works."""

import pytest
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

from kernel.database.aliases import write_alias
from kernel.database.postgresql import base

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What connections have answered since, each after a round trip."""
    given: list[bool] = []
    ask = DatabaseWrapper.is_usable

    def ask_and_note(self: DatabaseWrapper) -> bool:
        given.append(ask(self))
        return given[-1]

    monkeypatch.setattr(DatabaseWrapper, "is_usable", ask_and_note)
    return given


def begin_request() -> None:
    """What Django does to a connection when a request begins, and at its first statement."""
    connection = connections[write_alias()]
    connection.ensure_connection()
    connection.close_if_unusable_or_obsolete()
    connection.close_if_health_check_failed()


def test_connection__is_asked_once_a_second(answers: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        begin_request()
    assert len(answers) <= 1
    monkeypatch.setattr(base, "ASK_EVERY", 0.0)
    for _ in range(3):
        begin_request()
    assert answers[-3:] == [True, True, True]


def test_connection__is_asked_after_an_error(answers: list[bool]) -> None:
    begin_request()
    before = len(answers)
    connections[write_alias()].errors_occurred = True
    begin_request()
    assert len(answers) == before + 1
