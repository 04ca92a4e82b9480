"""Faults of several readings, together."""

import pytest

from kernel.errors import FaultCollector, FieldFault, Invalid

ONE, OTHER = FieldFault("a", "x", ""), FieldFault("b", "y", "")


def test_all_faults__come_back_in_order() -> None:
    faults = FaultCollector()
    for fault in (ONE, OTHER):
        with faults:
            raise Invalid([fault])
    with pytest.raises(Invalid) as refused:
        faults.refuse_if_any()
    assert refused.value.faults == [ONE, OTHER]


def test_all_faults__without_any_let_pass() -> None:
    faults = FaultCollector()
    with faults:
        read = 1
    faults.refuse_if_any()
    assert read == 1


def test_all_faults__are_no_other_errors() -> None:
    with pytest.raises(KeyError), FaultCollector():
        raise KeyError
