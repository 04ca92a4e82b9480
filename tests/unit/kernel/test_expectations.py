"""The words for wrong input: what a field takes, and the value that it got."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from msgspec import UNSET, Meta, UnsetType, defstruct

from kernel.errors import Invalid
from kernel.expectations import EXPECTED, expectation, shown
from kernel.validation import validated

Slug = Annotated[str, Meta(max_length=3, pattern="^[a-z]+$", extra={EXPECTED: "1 to 3 letters from a to z"})]
Moment = Annotated[datetime, Meta(tz=True)]
TIME = 'a valid time with its offset from UTC, such as "2026-03-01T10:00:00Z"'
AMOUNT = 'an amount with at most two decimals, such as "12.50"'


@pytest.mark.parametrize(
    ("hint", "words"),
    [
        (bool, "true or false"),
        (int, "a whole number"),
        (Annotated[int, Meta(ge=1, le=5)], "a whole number from 1 to 5"),
        (Annotated[int, Meta(ge=1)] | UnsetType, "a whole number from 1"),
        (Annotated[float, Meta(le=5)], "a number up to 5"),
        (str, "text"),
        (Annotated[str, Meta(min_length=1)], "text of at least 1 character"),
        (Annotated[str, Meta(min_length=1, max_length=64)] | None, "text of 1 to 64 characters or null"),
        (Annotated[str, Meta(max_length=1)], "text of at most 1 character"),
        (Literal["id", "-id"], "one of -id, id"),
        (Decimal, AMOUNT),
        (Moment | UnsetType, TIME),
        (Slug, "1 to 3 letters from a to z"),
        (Annotated[list[Slug], Meta(max_length=20)], "a list of at most 20 entries"),
        (list[Slug] | None, "a list or null"),
    ],
)
def test_expectation__says_what_a_type_takes(hint: Any, words: str) -> None:
    assert expectation(hint) == words


@pytest.mark.parametrize(
    "hint",
    [
        bytes,
        datetime,
        dict[str, int],
        Annotated[str, Meta(pattern="^x$")],
        Annotated[int, Meta(gt=0)],
        Annotated[float, Meta(multiple_of=0.5)],
    ],
)
def test_expectation__without_words_is_an_error_that_names_the_type(hint: Any) -> None:
    with pytest.raises(TypeError, match=r"There are no words for \w+Type"):
        expectation(hint)


def test_validated__of_a_type_without_words_fails_at_the_first_use() -> None:
    struct = defstruct("Input", [("field", Annotated[str, Meta(pattern="^x$")])])
    with pytest.raises(TypeError, match="There are no words"):
        validated(struct, {"field": "x"})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (6, "6"),
        (None, "null"),
        (True, "true"),
        (Decimal("12.50"), "12.50"),
        ('say "hi"', '"say \\"hi\\""'),
        ("Straße 🛒", '"Straße 🛒"'),
        ("a\x00\x9b\u200b\u202e\ud800", '"a\\u0000\\u009b\\u200b\\u202e\\ud800"'),
        ("x" * 40, f'"{"x" * 40}"'),
        ("x" * 41, f'"{"x" * 40}…" (41 characters)'),
        ([1, Decimal("0.5"), {"a": "\u200b"}], '[1, 0.5, {"a": "\\u200b"}]'),
        (["a"] * 21, '["a", "a", "a", "a", "a", "a", "a", "a",… (21 entries)'),
        (10**4000, f"1{'0' * 39}…"),
        (datetime(2026, 3, 1, tzinfo=UTC), '"2026-03-01 00:00:00+00:00"'),
    ],
)
def test_shown__is_short_json_without_invisible_characters(value: object, text: str) -> None:
    assert shown(value) == text
    assert shown(value).isprintable()


def message(hint: Any, value: object, *, lax: bool = False) -> str:
    """The message of the one fault of a field of this type."""
    struct = defstruct("Input", [("field", hint, UNSET)])
    with pytest.raises(Invalid) as refused:
        validated(struct, {"field": value}, lax=lax)
    (fault,) = refused.value.faults
    assert (fault.field, fault.code) == ("field", "invalid")
    return fault.detail


@pytest.mark.parametrize(
    ("hint", "value", "detail"),
    [
        (Annotated[int, Meta(ge=1, le=5)], 6, "Expected a whole number from 1 to 5, not 6."),
        (Annotated[int, Meta(ge=1, le=5)], Decimal("5.0"), "Expected a whole number from 1 to 5, not 5.0."),
        (bool, "yes", 'Expected true or false, not "yes".'),
        (Decimal, "1.234", f'Expected {AMOUNT}, not "1.234".'),
        (Decimal, None, f"Expected {AMOUNT}, not null."),
        (Decimal, True, f"Expected {AMOUNT}, not true."),
        (Moment, "0001-01-01T00:00:00+14:00", f'Expected {TIME}, not "0001-01-01T00:00:00+14:00".'),
        (list[Slug], ["a", "B", "C"], 'Expected 1 to 3 letters from a to z for each entry, not "B".'),
        (
            Annotated[list[Slug], Meta(max_length=1)],
            ["a", "b"],
            'Expected a list of at most 1 entry, not ["a", "b"].',
        ),
        (list[Slug], "a", 'Expected a list, not "a".'),
        (str, ["a\x00"], "A NUL character cannot be stored. Leave it out."),
    ],
)
def test_message__says_what_is_taken_and_names_the_value(hint: Any, value: object, detail: str) -> None:
    assert message(hint, value) == detail


@pytest.mark.parametrize(
    ("hint", "value", "detail"),
    [
        (bool, "maybe", 'Expected true or false, not "maybe".'),
        (Annotated[int, Meta(ge=1)], "0", 'Expected a whole number from 1, not "0".'),
        (Annotated[float, Meta(ge=1, le=5)], "nan", 'Expected a number from 1 to 5, not "nan".'),
        (Moment, "1700000000", f'Expected {TIME}, not "1700000000".'),
    ],
)
def test_message__of_a_form_shows_what_was_typed(hint: Any, value: str, detail: str) -> None:
    assert message(hint, value, lax=True) == detail
