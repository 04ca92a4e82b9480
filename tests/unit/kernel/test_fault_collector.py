import pytest

from kernel.errors import FaultCollector, FieldFault, Invalid

ONE, OTHER = FieldFault("a", "x", ""), FieldFault("b", "y", "")


def test_fault_collector__raises_all_faults_in_order() -> None:
    faults = FaultCollector()
    for fault in (ONE, OTHER):
        with faults:
            raise Invalid([fault])
    with pytest.raises(Invalid) as refused:
        faults.refuse_if_any()
    assert refused.value.faults == [ONE, OTHER]


def test_fault_collector__without_faults_raises_nothing() -> None:
    faults = FaultCollector()
    with faults:
        read = 1
    faults.refuse_if_any()
    assert read == 1


def test_fault_collector__lets_other_errors_through() -> None:
    with pytest.raises(KeyError), FaultCollector():
        raise KeyError
