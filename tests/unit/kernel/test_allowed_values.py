"""Messages for wrong input, in the client's words."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from msgspec import UNSET, Meta, UnsetType, defstruct

from kernel.allowed_values import what_is_allowed
from kernel.errors import Invalid
from kernel.validation import validated

Stars = Annotated[int, Meta(ge=1, le=5)]
Sku = Annotated[str, Meta(min_length=1, max_length=3)] | UnsetType | None
Slugs = Annotated[list[Annotated[str, Meta(min_length=1, pattern="^[a-z]+$")]], Meta(max_length=2)]
Moment = Annotated[datetime, Meta(tz=True)]
TIME = "a valid time with an offset, such as 2026-01-02T03:04:05Z"
SLUG = "a text of at least 1 character that matches the pattern ^[a-z]+$"


def message(field_type: Any, value: object, *, lax: bool = False) -> str:
    """The one fault of a field of this type."""
    struct = defstruct("Input", [("field", field_type, UNSET)])
    with pytest.raises(Invalid) as refused:
        validated(struct, {"field": value}, lax=lax)
    (fault,) = refused.value.faults
    return fault.detail


@pytest.mark.parametrize(
    ("field_type", "value", "expected"),
    [
        (int, True, "Expected a whole number, and not true."),
        (Stars, 0, "Expected a whole number from 1 to 5, and not 0."),
        (Annotated[float, Meta(ge=1)], Decimal("0.5"), "Expected a number of at least 1, and not 0.5."),
        (Stars, 10**80, "Expected a whole number from 1 to 5, and not a number with too many digits."),
        (Sku, "", 'Expected a text of 1 to 3 characters or null, and not "".'),
        (Sku, {"$ne": 1}, "Expected a text of 1 to 3 characters or null, and not an object."),
        (Sku, "x" * 61, "Expected a text of 1 to 3 characters or null, and not a text of 61 characters."),
        (Slugs, ["a", "b", "c"], "Expected a list of at most 2 items, and not a list of 3 items."),
        (Slugs, ["a", 5], f"Item 2: Expected {SLUG}, and not 5."),
        (Slugs, ["A"], f'Item 1: Expected {SLUG}, and not "A".'),
        (Moment, "2026-02-30T10:00:00Z", f'Expected {TIME}, and not "2026-02-30T10:00:00Z".'),
        (Decimal, 12.5, 'Expected an amount such as "12.50", with at most two decimals, and not 12.5.'),
        (Decimal, None, 'Expected an amount such as "12.50", with at most two decimals, and not null.'),
    ],
)
def test_message__describes_the_field_and_names_the_value(
    field_type: Any, value: object, expected: str
) -> None:
    assert message(field_type, value) == expected


@pytest.mark.parametrize(
    ("field_type", "expected"),
    [
        (bool, 'Expected true or false, and not "maybe".'),
        (Stars, 'Expected a whole number from 1 to 5, and not "maybe".'),
        (Literal["id", "name"], 'Expected one of id, name, and not "maybe".'),
    ],
)
def test_message__of_a_query_string_names_the_text(field_type: Any, expected: str) -> None:
    assert message(field_type, "maybe", lax=True) == expected


@pytest.mark.parametrize("field_type", [int, Decimal])
@pytest.mark.parametrize("value", [10**100, Decimal("1." + "0" * 5000 + "1"), Decimal("1e-5000")])
def test_message__does_not_repeat_a_long_number(field_type: Any, value: int | Decimal) -> None:
    assert len(what_is_allowed(field_type, value)) < 200
