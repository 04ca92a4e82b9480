"""The fixture that lifts the log's guards lifts them for the flush alone."""

import pytest
from django.db import connection

from events.log import triggers


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("run", ["first", "after a flush"])
def test_log_guards__stand_in_every_test(run: str) -> None:
    assert triggers.missing_guards(connection) == []
