"""The Prefer header of RFC 7240."""

import pytest

from boundary.requests.prefer import Preferences, applied


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("wait=5", 5),
        ("Wait = 5", 5),
        ('wait="5"', 5),
        ("wait=5; foo=bar", 5),
        ("respond-async, wait=7", 7),
        ("wait=3, wait=9", 3),
        ("wait=0", 0),
        ("wait=007", 7),
        ("wait=31", 30),
        ("wait=" + "9" * 900, 30),
    ],
)
def test_wait__in_seconds(header: str, wait: int) -> None:
    assert Preferences.of(header).wait == wait


@pytest.mark.parametrize(
    "header",
    [
        *(None, "", ",", ";", "wait", "wait=", 'wait=""', "wait=-1", "wait=1.5", "wait=five", "wait=\u0665"),
        *("waiting=5", 'x="wait=5"', 'x="wait=5', "wait==5", "wait=5 6", "=5", "wait=5," + "x" * 1000),
    ],
)
def test_wait__a_malformed_preference_is_ignored(header: str | None) -> None:
    assert Preferences.of(header) == Preferences()


@pytest.mark.parametrize(
    ("header", "handling"),
    [
        ("handling=strict", "strict"),
        ("Handling=Strict", "strict"),
        ("handling=lenient, handling=strict", "lenient"),
        ("handling=loose", None),
        ("handling", None),
    ],
)
def test_handling__is_strict_or_lenient(header: str, handling: str | None) -> None:
    assert Preferences.of(header).handling == handling


def test_all_of_them__beside_unknown_ones() -> None:
    header = 'return=minimal; x="a,b", respond-async, foo="wait=1, \\" 2", wait=2, handling=strict'
    assert Preferences.of(header) == Preferences(wait=2, handling="strict", respond_async=True)


def test_respond_async__takes_no_value() -> None:
    assert Preferences.of("respond-async=no").respond_async is False


def test_applied__names_the_preferences_that_were_applied() -> None:
    assert applied(wait=0, handling="strict") == {"Preference-Applied": "wait=0, handling=strict"}
    assert applied(respond_async=True) == {"Preference-Applied": "respond-async"}
    assert applied(wait=None, respond_async=False) == {}
