"""Schemathesis sends requests that docs/openapi.yaml allows or forbids, and checks every response against it.

The long form (make soak) sends at least 20,000 requests. CONFORMANCE_SEED repeats a run.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.support.processes import Running, Service, environment, migrated_database
from tools.processes import ROOT

pytestmark = [pytest.mark.processes, pytest.mark.takes_minutes]

SCHEMA = ROOT / "docs" / "openapi.yaml"
SUPPORT = ROOT / "tests" / "support" / "conformance"
LIMIT = 3600  # seconds


class Conformance:
    """The demo catalogue on a real server, and schemathesis with the token of its superuser."""

    def __init__(self, service: Service, directory: Path) -> None:
        shown = service.manage("seed_demo", "--events", "200").stdout
        found = re.search(r"^operator .* token (\w+)", shown, re.MULTILINE)
        count = re.match(r"(\d+) products", shown)
        assert found
        assert count
        self.headers = {"Authorization": f"Token {found[1]}"}
        self.products = count[1]
        self.directory = directory
        self.web: Running = service.web()
        self.statuses: dict[str, dict[str, int]] = {}

    def run(self, schema: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs every check of schemathesis. Afterwards `statuses` counts the statuses of each operation."""
        tally = self.directory / "tally.json"
        env = {
            "SCHEMATHESIS_HOOKS": "tests.support.conformance.hooks",
            "PYTHONPATH": str(ROOT),
            "CONFORMANCE_PRODUCTS": self.products,
            "CONFORMANCE_TOKEN": self._consistency_token(),
            "CONFORMANCE_TALLY": str(tally),
        }
        command = [
            Path(sys.executable).with_name("st"),
            f"--config-file={SUPPORT / 'schemathesis.toml'}",
            "run",
        ]
        command += [str(schema), f"--url={self.web.url}", "--checks=all", "--no-shrink"]
        command += [f"--header=Authorization: {self.headers['Authorization']}", *arguments]
        done = subprocess.run(
            [*map(str, command)],
            cwd=self.directory,  # it keeps its files there
            env={**os.environ, **env},
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
        self.statuses = json.loads(tally.read_text()) if tally.exists() else {}
        return done

    def _consistency_token(self) -> str:
        answer = requests.post(
            f"{self.web.url}/api/v1/commands/rate-product/",
            json={"product_id": 7, "rating": 5},
            headers=self.headers,
            timeout=15,
        )
        return answer.headers["Consistency-Token"]


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def conformance(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Conformance]:
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path}/db.sqlite3"
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path)
        if request.param == "PostgreSQL":
            url = stack.enter_context(
                migrated_database(request.getfixturevalue("postgres_url"), "conformance")
            )
        service = stack.enter_context(Service(environment(url, VAR_DIR=str(tmp_path)), tmp_path))
        yield Conformance(service, tmp_path)


def operation_ids(schema: dict[str, Any]) -> set[str]:
    return {operation["operationId"] for path in schema["paths"].values() for operation in path.values()}


def assert_conforms(conformance: Conformance, *arguments: str) -> None:
    seed = os.environ.get("CONFORMANCE_SEED", "20260")
    done = conformance.run(SCHEMA, f"--seed={seed}", *arguments)

    assert done.returncode == 0, f"{done.stdout[-12_000:]}\n{done.stderr[-2_000:]}"
    reached = {
        operation
        for operation, statuses in conformance.statuses.items()
        if any(status.startswith("2") for status in statuses)
    }
    assert reached == operation_ids(yaml.safe_load(SCHEMA.read_text()))
    assert [
        status for statuses in conformance.statuses.values() for status in statuses if status >= "500"
    ] == []


def test_schema__the_service_conforms_to_it(conformance: Conformance) -> None:
    assert_conforms(conformance, "--max-examples=2")


@pytest.mark.soak
def test_schema__the_service_conforms_to_it_for_20_000_requests(
    conformance: Conformance, capsys: pytest.CaptureFixture[str]
) -> None:
    assert_conforms(conformance, "--max-examples=650")

    requests_sent = sum(sum(statuses.values()) for statuses in conformance.statuses.values())
    with capsys.disabled():
        print(f"\n{requests_sent} requests to {len(conformance.statuses)} operations: all as in the schema.")  # noqa: T201
    assert requests_sent >= 20_000


@pytest.mark.parametrize("conformance", ["SQLite"], indirect=True)
def test_schema__a_false_statement_in_it_is_found(conformance: Conformance, tmp_path: Path) -> None:
    """The negative control: in this false schema versions are texts and a page has any size."""
    schema = yaml.safe_load(SCHEMA.read_text())
    schema["components"]["schemas"]["ProductInventory"]["properties"]["version"] = {"type": "string"}
    for parameter in schema["paths"]["/api/v1/inventory/"]["get"]["parameters"]:
        if parameter.get("name") == "page_size":  # a shared parameter is a reference, without a name
            parameter["schema"] = {"type": "integer", "minimum": 0}
    false_schema = tmp_path / "false_schema.yaml"
    false_schema.write_text(yaml.safe_dump(schema))

    done = conformance.run(
        false_schema, "--include-operation-id=find_inventory", "--max-examples=5", "--continue-on-failure"
    )

    assert done.returncode == 1
    assert "Response violates schema" in done.stdout
    assert "Schema-valid request rejected" in done.stdout
