"""The module that schemathesis loads by SCHEMATHESIS_HOOKS: it makes values fit this service, and counts statuses.

It changes only cases that schemathesis generates as valid. Half of these name products that exist. Names are
printable, money has two decimals, integers have none, and times are past. It leaves out no case and no check.
"""

import atexit
import json
import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import strategies as st

PRODUCTS = int(os.environ["CONFORMANCE_PRODUCTS"])  # the number of products, which have ids from 1
TOKEN = os.environ["CONFORMANCE_TOKEN"]  # a Consistency-Token from the response to a command
TALLY = Path(os.environ["CONFORMANCE_TALLY"])  # the file that gets the statuses of each operation at the end

_statuses: dict[str, Counter[int]] = {}

schemathesis.openapi.format("consistency-token", st.just(TOKEN))
schemathesis.openapi.format(
    "cursor", st.just("")
)  # the first page; any other cursor is valid for its list only
schemathesis.openapi.format("entity-tag", st.integers(1, 500).map(lambda version: f'"{version}"'))
schemathesis.openapi.format(
    "date-time",
    st.integers(946_684_800, 1_760_000_000).map(lambda at: datetime.fromtimestamp(at, UTC).isoformat()),
)


@schemathesis.hook
def map_case(context: Any, case: Any) -> Any:
    if case.meta is not None and case.meta.generation.mode.is_positive:
        if isinstance(case.body, dict):
            _make_meaningful(case.body)
        for place in (case.path_parameters, case.body):
            if isinstance(place, dict):
                _choose_products(place, context.operation)
        if "Prefer" in (case.headers or {}) and isinstance(case.body, dict) and len(case.body) % 2:
            case.headers["Prefer"] = "respond-async"
    return case


def _make_meaningful(body: dict[str, Any]) -> None:
    if isinstance(body.get("name"), str) and not body["name"].isprintable():
        body["name"] = "Lamp"
    for name, value in body.items():
        if isinstance(value, float):  # to JSON Schema 5.0 is an integer, to this service it is not
            body[name] = round(value, 2) if name == "unit_price" else int(value)


def _choose_products(place: dict[str, Any], operation: Any) -> None:
    for name in ("product_id", "related_product_id"):
        value = place.get(name)
        if isinstance(value, int) and not operation.path.endswith("add-new-product/") and value % 2:
            place[name] = value % PRODUCTS + 1


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    label = case.operation.definition.raw.get("operationId", case.operation.label)
    _statuses.setdefault(label, Counter())[response.status_code] += 1


@atexit.register
def write_tally() -> None:
    TALLY.write_text(json.dumps(_statuses))
