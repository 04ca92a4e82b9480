"""Inputs that commands refuse: bad values for each field of each command, and bad bodies."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from products_write.commands import COMMANDS
from products_write.commands.definition.introspection import CommandField, fields_of
from tests.support.deciding import added, nothing_changes

pytestmark = pytest.mark.django_db

# Raw JSON texts, because JSON libraries do not write many of these values.
NUMBERS = (
    "true",
    '"5"',
    "5.0",
    "5.5",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e400",
    "9" * 5000,
    "9223372036854775808",
)
NO_SCALARS = ("[]", "{}", "[[1]]", '{"$ne": 1}')
AMOUNTS = (
    *("true", "NaN", "1e400", "9" * 5000, "9223372036854775808", "12.505", "-1", "1e-3", "100000000.00"),
    *(
        '"12.505"',
        '"-0.01"',
        '"NaN"',
        '"1_0"',
        '"١٢"',
        '"1e3"',
        '""',
        '" 1.00"',
        '"1,50"',
        '"9223372036854775808"',
    ),
)
TEXTS = ("5", "true", r'"\u0000"', r'"a\u0000b"', r'"\ud800"', r'"a\udfffb"', json.dumps("x" * 100_000))
LISTS = (
    '"a"',
    "5",
    "true",
    "[1]",
    "[null]",
    '[["a"]]',
    r'["a\u0000"]',
    r'["\ud800"]',
    '["Ä"]',
    '["a b"]',
    '[""]',
)
TIMES = (
    *("5", "true", '""', '"yesterday"', '"2026-01-01"', '"2026-01-01T10:00:00"', '"2026-13-01T10:00:00Z"'),
    *(
        '"9999-12-31T23:59:59Z"',
        '"2026-02-30T10:00:00Z"',
        '"0000-01-01T00:00:00Z"',
        r'"2026-01-01T10:00:00Z\u0000"',
    ),
)
BAD: dict[str, tuple[str, ...]] = {
    "integer": (*NUMBERS, *NO_SCALARS, "null", "0.5", "-5", '""', '"abc"'),
    "money": (*AMOUNTS, *NO_SCALARS, "null"),
    "string": (*TEXTS, *NO_SCALARS),
    "strings": (*LISTS, "{}", "null", json.dumps([f"slug-{number}" for number in range(21)])),
    "datetime": (*TIMES, *NO_SCALARS, "null"),
}
FIELDS = [(name, field) for name, command_type in COMMANDS.items() for field in fields_of(command_type)]
MASS = (
    "version",
    "stock",
    "current_stock",
    "quantity_after",
    "id",
    "actor_id",
    "is_staff",
    "status",
    "events",
)


@pytest.fixture(autouse=True)
def unchanged_products() -> Iterator[None]:
    for product_id in (7, 8):
        added(product_id=product_id)
    with nothing_changes():
        yield


def posted(client: APIClient, name: str, body: bytes) -> tuple[int, dict[str, Any]]:
    answer = client.post(f"/api/v1/commands/{name}/", body, content_type="application/json")
    return answer.status_code, answer.json()


def body_with(name: str, field: str, raw: str) -> bytes:
    """A body of the command in which this field has the raw JSON text."""
    others = {key: value for key, value in COMMANDS[name].example.items() if key != field}
    return (json.dumps(others)[:-1] + (", " if others else "") + f'"{field}": {raw}}}').encode()


@pytest.mark.parametrize(("name", "field"), FIELDS, ids=lambda value: getattr(value, "name", value))
def test_field__refuses_bad_values(superuser_client: APIClient, name: str, field: CommandField) -> None:
    for raw in BAD[field.type]:
        status, problem = posted(superuser_client, name, body_with(name, field.name, raw))
        assert (status, problem["code"]) == (400, "invalid"), raw[:40]
        # A body that is not JSON is a fault of no field.
        assert {fault["field"] for fault in problem["errors"]} <= {field.name, ""}, raw[:40]


@pytest.mark.parametrize("name", COMMANDS)
def test_body__names_all_its_faults_at_once(superuser_client: APIClient, name: str) -> None:
    fields = fields_of(COMMANDS[name])
    body = {field.name: {"no": "scalar"} for field in fields} | {"version": 3, "stock": 4}
    status, problem = posted(superuser_client, name, json.dumps(body).encode())
    assert status == 400
    assert {fault["field"] for fault in problem["errors"]} == {*body}
    assert {fault["code"] for fault in problem["errors"]} == {"invalid", "unknown"}


@pytest.mark.parametrize("name", COMMANDS)
def test_body__names_the_faults_of_headers_with_its_own(superuser_client: APIClient, name: str) -> None:
    answer = superuser_client.post(
        f"/api/v1/commands/{name}/",
        {"nonsense": 1},
        format="json",
        headers={"Idempotency-Key": "7", "If-Match": "*"},
    )
    named = {fault["field"] for fault in answer.json()["errors"]}
    assert answer.status_code == 400
    assert {"Idempotency-Key", "If-Match", "nonsense"} <= named


@pytest.mark.parametrize("name", COMMANDS)
def test_body__refuses_fields_of_other_commands(superuser_client: APIClient, name: str) -> None:
    own = {field.name for field in fields_of(COMMANDS[name])}
    for field in {*MASS, "user_id"} - own:
        status, problem = posted(superuser_client, name, body_with(name, field, "1"))
        assert (status, problem["errors"][0]["field"]) == (400, field)
        assert problem["errors"][0]["code"] == "unknown"


NO_OBJECTS = (
    *(b"", b" ", b"{", b"null", b"[]", b'"a"', b"5", b"{} {}", b"{'product_id': 7}", b'{"product_id": 7,}'),
    *(
        b'{"product_id": 7, "product_id": 7}',
        b'{"name": "\xff"}',
        b"\xef\xbb\xbf{}",
        '{"name": "ä"}'.encode("utf-16"),
    ),
    *(b"[" * 100_000, b'{"a":' * 40_000, b'{"\\ud800": 1}', b'{"product_id": 07}', b'{"product_id": +7}'),
)


@pytest.mark.parametrize("name", COMMANDS)
def test_body__that_is_no_object_is_refused(superuser_client: APIClient, name: str) -> None:
    for body in NO_OBJECTS:
        status, problem = posted(superuser_client, name, body)
        assert (status, problem["code"]) == (400, "invalid"), body[:40]


@pytest.mark.parametrize("size", [300_000, 1_000_000])
@pytest.mark.parametrize("name", COMMANDS)
def test_body__too_large_is_413(superuser_client: APIClient, name: str, size: int) -> None:
    status, problem = posted(superuser_client, name, body_with(name, "name", json.dumps("x" * size)))
    assert (status, problem["code"]) == (413, "payload_too_large")


@pytest.mark.parametrize("name", COMMANDS)
def test_body__a_good_one_gets_through(superuser_client: APIClient, name: str) -> None:
    """The control of this module: a good body is refused only because of the state of the products."""
    product_id = 7 if name == "add-new-product" else 404
    body = {**COMMANDS[name].example, "product_id": product_id}
    status, problem = posted(superuser_client, name, json.dumps(body).encode())
    assert (status, problem["code"]) in {(404, "product_not_found"), (409, "product_id_taken")}


def test_text__of_markup_is_shown_as_text(superuser_client: APIClient) -> None:
    markup = "<script>alert(1)</script>"
    body = json.dumps({"product_id": 7, markup: markup}).encode()
    page = superuser_client.post(
        "/api/v1/commands/rate-product/",
        body,
        content_type="application/json",
        headers={"Accept": "text/html"},
    )
    assert (page.status_code, markup in page.content.decode()) == (400, False)
    assert "&lt;script&gt;" in page.content.decode()
