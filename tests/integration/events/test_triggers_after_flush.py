"""The fixture of tests/conftest.py lifts the log's triggers for the flush only."""

import pytest
from django.db import connection

from events.log import triggers


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("run", ["first", "after a flush"])
def test_triggers__stand_in_every_test(run: str) -> None:
    assert triggers.missing_guards(connection) == []
