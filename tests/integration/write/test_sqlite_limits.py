"""A full disk or a locked SQLite file: the command is refused, nothing is done, and the file stays sound."""

import sqlite3
from contextlib import closing

import pytest
from django.db import connection
from rest_framework.test import APIClient

from tests.support.deciding import added, nothing_changes

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("quiet_log"),
    pytest.mark.sqlite,
]


def pragma(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {statement}")
        row = cursor.fetchone()
    return None if row is None else row[0]


def changed(client: APIClient, product_id: int, letter: str) -> tuple[int, dict[str, object]]:
    fields = {"product_id": product_id, "description": letter * 10_000}
    answer = client.post("/api/v1/commands/change-product-details/", fields, format="json")
    if answer.status_code == 503:
        assert int(answer.headers["Retry-After"]) >= 1
    return answer.status_code, answer.json()


def test_disk_full__is_unavailable_until_there_is_room(superuser_client: APIClient) -> None:
    product_id = added()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # earlier tests have left free pages
    limit = pragma("max_page_count")
    pragma(f"max_page_count = {pragma('page_count')}")
    try:
        answers = [changed(superuser_client, product_id, letter) for letter in "abcdefgh"]
        assert (503, "unavailable") in [(status, body.get("code")) for status, body in answers]
        with nothing_changes():
            assert changed(superuser_client, product_id, "z")[0] == 503
        assert pragma("integrity_check") == "ok"
    finally:
        pragma(f"max_page_count = {limit}")
    assert changed(superuser_client, product_id, "z")[0] == 200


def test_locked__is_unavailable_and_nothing_is_done(superuser_client: APIClient) -> None:
    product_id = added()
    pragma("busy_timeout = 100")
    try:
        with nothing_changes(), closing(sqlite3.connect(connection.settings_dict["NAME"])) as other:
            other.execute("BEGIN IMMEDIATE")
            status, problem = changed(superuser_client, product_id, "a")
            assert (status, problem["code"]) == (503, "unavailable")
            other.rollback()
    finally:
        pragma("busy_timeout = 20000")
    assert changed(superuser_client, product_id, "a")[0] == 200
