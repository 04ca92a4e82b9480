"""docs/openapi.yaml is the schema of the service, and it is complete."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from kernel.problem_documents import STATUS_AND_TITLE
from products_write.commands import COMMANDS
from tests.support.openapi import resolved

COMMITTED = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMMITTED.read_text())
    return resolved(found)


def operations(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: operation
        for path in schema["paths"].values()
        for operation in path.values()
    }


def test_schema__is_the_committed_one_and_gives_no_warnings() -> None:
    GENERATOR_STATS.reset()
    now = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=now)

    assert now.getvalue() == COMMITTED.read_text(), "The API has changed: run make schema."


def addresses(patterns: list[URLPattern | URLResolver], above: str = "/") -> list[str]:
    found: list[str] = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found += addresses(pattern.url_patterns, above + str(pattern.pattern))
        else:
            found.append(above + str(pattern.pattern))
    return found


def test_schema__has_every_address_of_the_api(schema: dict[str, Any]) -> None:
    served = {
        address.replace("<product_id:product_id>", "{product_id}").replace(
            "<uuid:command_id>", "{command_id}"
        )
        for address in addresses(get_resolver().url_patterns)
        if address.startswith("/api/v1/")
    }

    assert served - set(schema["paths"]) == {"/api/v1/", "/api/v1/commands/<str:name>/"}
    assert set(schema["paths"]) <= served


def test_schema__every_operation_refuses_with_problems_and_names_its_security(schema: dict[str, Any]) -> None:
    for name, operation in operations(schema).items():
        refusals = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
        assert {"400", "401", "406", "429", "503"} <= set(refusals), name
        for answer in refusals.values():
            assert answer["content"] == {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            }
            assert "X-Correlation-ID" in answer["headers"]
        assert {"tokenAuth": []} in operation["security"]


def test_schema__no_object_is_free_form(schema: dict[str, Any]) -> None:
    def free(node: Any, where: str) -> list[str]:
        if isinstance(node, list):
            return [found for part in node for found in free(part, where)]
        if not isinstance(node, dict):
            return []
        found = [where] if node.get("type") == "object" and not node.get("properties") else []
        return found + [hit for key, part in node.items() for hit in free(part, f"{where}/{key}")]

    without_fields = {"ProductReinstated"}
    found = {
        where for where in free(schema["components"], "") if where.rpartition("/")[2] not in without_fields
    }
    assert found == set()
    assert free(schema["paths"], "") == []


def test_schema__knows_every_code(schema: dict[str, Any]) -> None:
    assert schema["components"]["schemas"]["Problem"]["properties"]["code"]["enum"] == list(STATUS_AND_TITLE)


@pytest.mark.django_db
def test_schema__describes_the_descriptions_of_commands(
    schema: dict[str, Any], api_client: APIClient
) -> None:
    described = {"$ref": "#/components/schemas/CommandDescription", "components": schema["components"]}
    validator = Draft202012Validator(described)

    for document in api_client.get("/api/v1/commands/").json():
        assert list(validator.iter_errors(document)) == []


@pytest.mark.parametrize("name", COMMANDS)
def test_schema__an_example_is_valid_and_its_changed_forms_are_not(schema: dict[str, Any], name: str) -> None:
    body = operations(schema)[name.replace("-", "_")]["requestBody"]["content"]["application/json"]
    validator = Draft202012Validator(body["schema"] | {"components": schema["components"]})
    (example,) = (shown["value"] for shown in body["examples"].values())

    assert list(validator.iter_errors(example)) == []
    assert list(validator.iter_errors(example | {"version": 1})) != []
    assert list(validator.iter_errors({})) != []
    assert list(validator.iter_errors(example | {"product_id": "7"})) != []


def test_schema__shares_what_operations_have_in_common() -> None:
    """What a new command adds to the committed schema can be read in a review."""
    committed = yaml.safe_load(COMMITTED.read_text())
    (one, *_), paths = COMMANDS, committed["paths"]
    operation = paths[f"/api/v1/commands/{one}/"]["post"]

    assert all(list(header) == ["$ref"] for header in operation["responses"]["201"]["headers"].values())
    assert all(
        list(refusal) == ["$ref"] for status, refusal in operation["responses"].items() if status >= "400"
    )
    assert {"$ref": "#/components/parameters/Idempotency-Key"} in operation["parameters"]
