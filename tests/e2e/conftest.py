"""Installations whose processes a test can start: embedded, or on PostgreSQL and Redis."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support.processes import Service, environment, migrated_database
from tools.servers import redis_server


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database. Tests copy it."""
    directory = tmp_path_factory.mktemp("migrated")
    Service(environment(f"sqlite:///{directory}/db.sqlite3", VAR_DIR=str(directory)), directory).migrate()
    return directory / "db.sqlite3"


@pytest.fixture
def embedded(tmp_path: Path, migrated_file: Path) -> Iterator[Service]:
    """A migrated embedded installation of its own: SQLite, no broker."""
    shutil.copy(migrated_file, tmp_path)
    with Service(environment(f"sqlite:///{tmp_path}/db.sqlite3", VAR_DIR=str(tmp_path)), tmp_path) as service:
        yield service


@pytest.fixture
def full_stack(tmp_path: Path, postgres_url: str) -> Iterator[Service]:
    """A migrated installation with its own database and Redis. The test starts the processes that it needs."""
    with (
        migrated_database(postgres_url, f"e2e_{uuid4().hex[:12]}") as database_url,
        redis_server() as broker_url,
    ):
        env = environment(database_url, broker_url, VAR_DIR=str(tmp_path))
        with Service(env, tmp_path) as service:
            yield service
