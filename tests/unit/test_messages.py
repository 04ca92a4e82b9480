"""The messages about wrong input, for every field that a client or an operator can fill in."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from importlib import import_module
from pkgutil import walk_packages
from typing import Any, get_type_hints

import msgspec
import pytest

import products_read.queries
from kernel.actor import SYSTEM
from kernel.errors import FieldFault, Invalid
from kernel.expectations import expectation, shown
from kernel.validation import validated
from products_write.api.command_log import StatusQuery
from products_write.bus.behaviours import parse_command
from products_write.commands import COMMANDS
from products_write.commands.definition.introspection import faults_of
from products_write.importing.lines import WantedState

Struct = type[msgspec.Struct]
Read = Callable[[dict[str, object]], object]

WRONG: tuple[object, ...] = (
    *(
        None,
        True,
        [],
        {},
        [[]],
        [1],
        [None],
        ["a b"],
        ["\n"],
        ["a\n"],
        ["slug"] * 21,
        ["x" * 51],
        {"a": {"b": 1}},
    ),
    *(
        "",
        " ",
        " a ",
        "\u200b",
        "x" * 65,
        "x" * 100_001,
        "a\x00b",
        "\ud800",
        ["\ud800"],
        "yes",
        "null",
        "a.b",
    ),
    *(0, -1, 6, 2**63, 2**64, 10**4000, 0.5, float("nan"), float("inf"), Decimal("NaN"), Decimal("1E+400")),
    *(
        "0",
        "-1",
        "6",
        "1.5",
        "1e400",
        "nan",
        "inf",
        "9" * 5000,
        "12.505",
        "100000000",
        "-0.01",
        "1_0",
        "\u0661",
    ),
    *(
        "2026-01-01",
        "2026-01-01T10:00:00",
        "2026-13-01T10:00:00Z",
        "2026-02-30T10:00:00Z",
        "9999-12-31T23:59:59Z",
    ),
    *("0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "yesterday", 10**12),
)
NAMES_NO_VALUE = {
    "A NUL character cannot be stored. Leave it out.",
    "A lone surrogate is not a character. Send valid Unicode.",
    "This field is required.",
}
# The words of msgspec, json, datetime and Python.
NOT_FOR_CLIENTS = re.compile(
    r"""[`$\\]|Expected "|regex|Object |JSON path|array|encoded|Invalid|Unsupported|out of range|got |<|>|repr"""
    r"""|\b(str|int|float|bool|dict|tuple|Decimal|datetime|None|NoneType|UNSET|Struct|enum|Error|Exception)\b"""
)


def query_types() -> Iterator[Struct]:
    """All Structs in products_read.queries; the few that are results do no harm here."""
    for module in walk_packages(products_read.queries.__path__, "products_read.queries."):
        for found in vars(import_module(module.name)).values():
            if (
                isinstance(found, type)
                and issubclass(found, msgspec.Struct)
                and found.__module__ == module.name
            ):
                yield found


def read_line(raw: dict[str, object]) -> None:
    """Reads the cells of an import's line."""
    if faults := faults_of(validated(WantedState, raw, lax=True)):
        raise Invalid(faults)


def readers_of(struct_type: Any) -> list[Read]:
    """The ways in which a client's input becomes a `struct_type`."""
    if struct_type is WantedState:
        return [read_line]
    if struct_type in COMMANDS.values():
        return [
            lambda raw: parse_command(struct_type, raw, SYSTEM),
            lambda raw: parse_command(struct_type, raw, SYSTEM, lax=True),
        ]
    return [lambda raw: validated(struct_type, raw, lax=True, blank_is_absent=False)]


STRUCTS: list[Struct] = [*COMMANDS.values(), *query_types(), WantedState, StatusQuery]
FIELDS = [(struct, name) for struct in STRUCTS for name in struct.__struct_fields__]


def faults(read: Read, field: str, value: object) -> list[FieldFault]:
    """The faults of this field; those of other fields are not about the value."""
    try:
        read({field: value})
    except Invalid as invalid:
        return [fault for fault in invalid.faults if fault.field == field]
    return []


def is_named(value: object, message: str) -> bool:
    """Whether the message shows the value, one of its entries, or the time that it means."""
    entries = value if isinstance(value, list) else []
    texts = [shown(value), *map(shown, entries), *([value.rstrip("Z")] if isinstance(value, str) else [])]
    return message in NAMES_NO_VALUE or any(text in message for text in texts if text)


def own_words(message: str, value: object) -> str:
    """The message without the value, which may be anything."""
    for part in (value, *(value if isinstance(value, list) else [])):
        message = message.replace(shown(part), "")
    return message


@pytest.mark.parametrize(("struct", "field"), FIELDS, ids=lambda part: getattr(part, "__name__", part))
def test_message__is_in_the_clients_words_and_names_the_value(struct: Struct, field: str) -> None:
    told = 0
    for read in readers_of(struct):
        for value in WRONG:
            for fault in faults(read, field, value):
                told += 1
                assert fault.detail.endswith((".", ")")), fault
                assert is_named(value, fault.detail), (value, fault)
                assert not NOT_FOR_CLIENTS.search(own_words(fault.detail, value)), fault
    assert told


@pytest.mark.parametrize(("struct", "field"), FIELDS, ids=lambda part: getattr(part, "__name__", part))
def test_expectation__has_words_for_every_field(struct: Struct, field: str) -> None:
    assert expectation(get_type_hints(struct, include_extras=True)[field])


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: struct.__name__)
def test_message__of_an_unknown_field_names_the_known_ones(struct: Struct) -> None:
    for read in readers_of(struct):
        (fault,) = faults(read, "colour", 1)
        known = ", ".join(struct.__struct_fields__)
        end = f"The fields are: {known}." if known else "This takes no fields."
        assert fault == FieldFault("colour", "unknown", f"There is no such field. {end}")


@pytest.mark.parametrize(
    "message",
    [
        "Expected `int` <= 5",
        "Expected `str` matching regex '^[a-z]$'",
        "Invalid enum value 'x'",
        "date value out of range",
        "Invalid RFC3339 encoded datetime",
        "Expected str - at $[0]",
        "could not convert string to float: 'x'",
        "year 0 is out of range",
    ],
)
def test_not_for_clients__finds_the_words_of_validators(message: str) -> None:
    """The negative control of the first test."""
    assert NOT_FOR_CLIENTS.search(message)
