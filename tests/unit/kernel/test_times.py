"""Validation of times, as forms and query strings send them."""

from datetime import UTC, datetime
from typing import Annotated

import pytest
from msgspec import UNSET, Meta, Struct, UnsetType

from kernel.errors import Invalid
from kernel.validation import validated


class Parameters(Struct, frozen=True, kw_only=True):
    at: Annotated[datetime, Meta(tz=True)] | UnsetType = UNSET


NOON = datetime(2024, 2, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2024-02-29T12:00:00Z",
        "2024-02-29t12:00:00.000000z",
        "2024-02-29 12:00:00Z",
        "2024-02-29T14:00:00+02:00",
        "2024-02-29T14:00:00 02:00",
        "2024-02-29T14:00:00.000 02:00",
        "2024-02-29T10:00:00-02:00",
    ],
)
def test_time__with_an_offset_whose_plus_may_have_become_a_space(written: str) -> None:
    assert validated(Parameters, {"at": written}, lax=True).at == NOON


@pytest.mark.parametrize(
    "written",
    [
        *("0", "1700000000", "1.5", "now", "2024-02-29", "2024-02-29T12:00:00", "2024-02-30T12:00:00Z"),
        *(
            "2024-02-29 12:00",
            "2024-02-29T12:00:00 02",
            "2024-02-29T12:00:00 02:00\n",
            "2024-02-29 12:00:00 02:00",
        ),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2024-02-29T23:59:60Z"),
    ],
)
def test_time__anything_else_is_refused(written: str) -> None:
    with pytest.raises(Invalid) as refused:
        validated(Parameters, {"at": written}, lax=True)
    assert [fault.field for fault in refused.value.faults] == ["at"]


def test_time__left_out_when_empty() -> None:
    assert validated(Parameters, {"at": ""}, lax=True).at is UNSET
