"""The headers Idempotency-Key and If-Match of commands."""

from uuid import UUID

import pytest

from kernel.errors import Invalid
from products_write.api.headers import command_id, expected_version

ID = "0fbbf010-716f-4ae9-925d-4d02921451d1"


@pytest.mark.parametrize("written", [ID, f'"{ID}"', ID.upper(), f" {ID} "])
def test_command_id__is_a_uuid_bare_or_quoted(written: str) -> None:
    assert command_id({"Idempotency-Key": written}) == UUID(ID)


@pytest.mark.parametrize("written", ["", "x", f'"{ID}', ID.replace("-", ""), f"{{{ID}}}", f"{ID}, {ID}"])
def test_command_id__anything_else_is_malformed(written: str) -> None:
    with pytest.raises(Invalid) as caught:
        command_id({"Idempotency-Key": written})
    assert caught.value.faults[0][:2] == ("Idempotency-Key", "malformed")


@pytest.mark.parametrize("written", ['"12"', '"12-9f86d081"', '"12-"'])
def test_expected_version__is_the_number_of_the_tag(written: str) -> None:
    assert expected_version({"If-Match": written}, creates=False) == 12


@pytest.mark.parametrize(
    "written", ["", "12", "*", 'W/"12"', '"12", "13"', '"x"', '""', '"-1"', '"1.5"', '"\u0661"']
)
def test_expected_version__anything_else_is_malformed(written: str) -> None:
    with pytest.raises(Invalid):
        expected_version({"If-Match": written}, creates=False)


def test_expected_version__a_new_product_has_none() -> None:
    with pytest.raises(Invalid):
        expected_version({"If-Match": '"1"'}, creates=True)
    assert expected_version({}, creates=True) is None
