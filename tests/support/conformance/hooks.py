"""What schemathesis loads (SCHEMATHESIS_HOOKS): values that mean something to this service, and a tally.

Only cases that are meant to be valid are changed: half of them are about products that exist, names have something
to see in them, money has two decimals, integers none, times are past. Nothing is left out and no check is turned off.
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

PRODUCTS = int(os.environ["CONFORMANCE_PRODUCTS"])  # of the catalogue, with ids from 1
TOKEN = os.environ["CONFORMANCE_TOKEN"]  # a Consistency-Token that a command answered
TALLY = Path(os.environ["CONFORMANCE_TALLY"])  # where the statuses of each operation are written in the end

_statuses: dict[str, Counter[int]] = {}

schemathesis.openapi.format("consistency-token", st.just(TOKEN))
schemathesis.openapi.format("cursor", st.just(""))  # the first page; others are bound to their list
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
        if isinstance(value, float):  # 5.0 is an integer to JSON Schema, but not to this service
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
