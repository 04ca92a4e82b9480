"""Product names and searches are split into words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from products_read.name_search import MAX_LENGTH, prefix_range, searchable_words, searched_words, sort_key

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Oak Chair", ["chair", "oak"]),
        ("  oak\tOAK \u3000Oak ", ["oak"]),
        ("T-Shirt", ["shirt", "t-shirt"]),
        ("100% wool", ["100%", "wool"]),
        ("snake_case", ["snake_case"]),
        ("STRASSE Straße", ["strasse"]),
        ("\ufb01ne \u2163 \uff46ull", ["fine", "full", "iv"]),
        ("(big) box", ["(big)", "big)", "box"]),
        ("", []),
        ("…", ["..."]),
    ],
)
def test_searchable_words__of_a_name(name: str, words: list[str]) -> None:
    assert searchable_words(name) == tuple(words)


def test_searched_words__leaves_out_a_prefix_of_another_word() -> None:
    assert searched_words("ch Chair o oak OAK cha") == ["chair", "oak"]


@pytest.mark.parametrize("search", ["", "   ", "\u3000"])
def test_searched_words__of_nothing(search: str) -> None:
    assert searched_words(search) == []


def test_searchable_words__fit_an_index() -> None:
    longest = max(searchable_words("\ufdfa" * 200 + " " + "x" * 200), key=len)
    assert len(longest) == MAX_LENGTH
    assert len(sort_key("\ufdfa" * 200)) == MAX_LENGTH


@given(TEXT, TEXT)
def test_prefix_range__holds_exactly_the_words_with_that_prefix(name: str, search: str) -> None:
    for word in searchable_words(name):
        for prefix in [*searched_words(search), word[:1], word[:-1] or word]:
            first, end = prefix_range(prefix)
            assert (first <= word < end) == word.startswith(prefix)


@given(TEXT)
def test_searched_words__a_name_finds_itself(name: str) -> None:
    assert set(searched_words(name)) <= set(searchable_words(name))


@given(TEXT)
def test_sort_key__is_stable(name: str) -> None:
    assert sort_key(sort_key(name)) == sort_key(name)
