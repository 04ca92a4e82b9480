"""The messages of the strict JSON reader."""

import pytest

from boundary.requests.json_body import parse
from kernel.errors import Invalid

TOO_DEEP = "The body is nested too deeply. Send at most 100 levels of lists and objects."


def fault(body: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        parse(body)
    ((field, code, detail),) = refused.value.faults
    assert (field, code) == ("", "malformed")
    return detail


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "It is empty. Send a JSON object."),
        (b'{"a": ', "It ends too early."),
        (b"{'a': 1}", """Correct it at line 1, column 2, where it has "'a': 1}"."""),
        (b'{"a": 1} {}', 'Correct it at line 1, column 10, where it has "{}".'),
        (b'{\n"a": +7}', 'Correct it at line 2, column 6, where it has "+7}".'),
        (b"\xef\xbb\xbf{}", 'Correct it at line 1, column 1, where it has "\\ufeff{}".'),
        (b"[" + b"x" * 1000, f'Correct it at line 1, column 2, where it has "{"x" * 20}".'),
    ],
)
def test_parse__of_broken_json_names_the_place(body: bytes, detail: str) -> None:
    assert fault(body) == f"The body is not JSON. {detail}"


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":[', b"]}")])
def test_parse__refuses_more_levels_than_a_command_can_have(opening: bytes, closing: bytes) -> None:
    most = 100 // (opening.count(b"[") + opening.count(b"{"))
    assert parse(opening * most + closing * most)
    for levels in (most + 1, 900, 100_000):
        assert fault(opening * levels + closing * levels) == TOO_DEEP


def test_parse__takes_many_lists_side_by_side() -> None:
    assert parse(b"[" + b"[]," * 1000 + b"[]]") == [[]] * 1001
