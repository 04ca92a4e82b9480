from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from config import health

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    health._migrated.clear()
    yield
    health._migrated.clear()


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health__answers_any_host_without_redirect(client: Client, settings: Settings, path: str) -> None:
    settings.SECURE_SSL_REDIRECT = True
    response = client.get(path, headers={"host": "10.1.2.3:8000"})

    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"


def test_other_paths__refuse_an_unknown_host(client: Client) -> None:
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_readyz__missing_migration_is_503(client: Client) -> None:
    MigrationRecorder(connection).record_unapplied("events", "0001_initial")

    response = client.get("/readyz")

    assert (response.status_code, response.json()["status"]) == (503, "unready")


def test_readyz__details_are_for_staff(
    api_client: APIClient, user_client: APIClient, superuser_client: APIClient
) -> None:
    assert api_client.get("/readyz").json() == {"status": "ready"}
    assert user_client.get("/readyz").json() == {"status": "ready"}
    details = superuser_client.get("/readyz").json()
    assert details["databases"]["default"] == {"reachable": True, "migrated": True, "error": ""}
    assert {found["projection"] for found in details["projections"]} == {
        "product_display",
        "product_inventory",
    }


def test_readyz__staff_by_session_see_details_too(client: Client, superuser: User) -> None:
    client.force_login(superuser)

    assert "databases" in client.get("/readyz").json()
