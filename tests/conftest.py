"""Fixtures for every test. The fixtures of one side stand beside its tests."""

import os
import signal
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import TransactionTestCase
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from events.delivery import wake_up
from events.log import triggers, watermark
from events.signals import events_committed
from kernel.database.aliases import write_alias
from products_write.queue.delivery import deliver
from products_write.signals import command_accepted

# A shell starts its background jobs with SIGINT ignored. Processes that tests start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that are marked for the other database, and put the files that take minutes first."""
    other = "sqlite" if connections[write_alias()].vendor == "postgresql" else "postgresql"
    elsewhere = [item for item in items if item.get_closest_marker(other)]
    items[:] = [item for item in items if item not in elsewhere]
    config.hook.pytest_deselected(items=elsewhere)
    items.sort(key=lambda item: item.get_closest_marker("takes_minutes") is None)


@pytest.fixture(scope="session", autouse=True)
def triggers_lifted_while_flushing() -> Iterator[None]:
    """Lift the log's triggers while Django empties the tables after a test that commits.

    The log is append-only, so its triggers refuse to empty it. They stand again before the next test starts, also
    when emptying fails.
    """
    flush = TransactionTestCase._fixture_teardown

    def flush_without_triggers(self: TransactionTestCase) -> None:
        with triggers.triggers_lifted(connections[write_alias()]):
            flush(self)
        watermark._last_final.clear()  # the next test has another log, in which no position of this one is final

    TransactionTestCase._fixture_teardown = flush_without_triggers
    yield
    TransactionTestCase._fixture_teardown = flush


@pytest.fixture
def quiet_log() -> Iterator[None]:
    """Events are projected only when the test does it."""
    events_committed.disconnect(dispatch_uid="events.wake_up")
    yield
    events_committed.connect(wake_up.wake_up, dispatch_uid="events.wake_up")


@pytest.fixture
def quiet_queue() -> Iterator[None]:
    """Accepted commands are executed only when the test does it."""
    command_accepted.disconnect(dispatch_uid="products_write.deliver")
    yield
    command_accepted.connect(deliver, dispatch_uid="products_write.deliver")


@pytest.fixture
def user(db: None) -> User:
    """A user without any permission."""
    return User.objects.create_user("ada", password="ada-has-a-password")


@pytest.fixture
def superuser(db: None) -> User:
    return User.objects.create_superuser("root", password="root-has-a-password")


def client_of(user: User) -> APIClient:
    """An API client that signs its requests with the user's token."""
    token, _ = Token.objects.get_or_create(user=user)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token.key}")
    return client


@pytest.fixture
def api_client() -> APIClient:
    """An API client without an account: it has no token and no session."""
    return APIClient()


@pytest.fixture
def user_client(user: User) -> APIClient:
    return client_of(user)


@pytest.fixture
def superuser_client(superuser: User) -> APIClient:
    return client_of(superuser)


def _server(variable: str) -> str:
    if url := os.environ.get(variable):
        return url
    missing = f"{variable} is not set: make test starts the servers and sets it"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """The real PostgreSQL server that ``make test`` started."""
    return _server("TEST_POSTGRES_URL")


@pytest.fixture(scope="session")
def redis_url() -> str:
    """The real Redis server that ``make test`` started."""
    return _server("TEST_REDIS_URL")
