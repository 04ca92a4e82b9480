"""The comparison of names, word by word. It ignores case and Unicode compatibility forms."""

import re
from functools import lru_cache
from itertools import pairwise
from unicodedata import normalize

# The longest name. Normalising can make a text longer (U+FDFA becomes 18 letters), and an index entry has a limit.
MAX_LENGTH = 200  # code points

_INNER_WORD = re.compile(r"(?<=\W)\w")
# This code point sorts after every character and is itself no character, so it can end a range.
_AFTER_ALL = chr(0x10FFFF)


def sort_key(name: str) -> str:
    """The text by which names are ordered, in code point order."""
    return _folded(name)[:MAX_LENGTH]


@lru_cache(
    maxsize=10_000
)  # each event needs the words before and after it, and most events do not change the name
def searchable_words(name: str) -> tuple[str, ...]:
    """The texts of a name in which a search looks for its words as prefixes. They are sorted and without duplicates.

    Each part between spaces gives a text from each of its words to its end: "T-Shirt 100%" gives "t-shirt", "shirt" and
    "100%". A search for "shirt", "t-sh" or "100%" finds this name, and one for "1000" does not. No character is a
    wildcard.
    """
    words = {text[:MAX_LENGTH] for part in _folded(name).split() for text in _from_each_word(part)}
    return tuple(sorted(words))


def searched_words(search: str) -> list[str]:
    """The prefixes that a search must find. "sh shirt" gives only "shirt", which implies "sh"."""
    words = sorted({word[:MAX_LENGTH] for word in _folded(search).split()})
    # In sorted order a word that starts with another one follows it.
    return [word for word, after in pairwise([*words, ""]) if not after.startswith(word)]


def prefix_range(prefix: str) -> tuple[str, str]:
    """`(first, end)`. A text starts with `prefix` exactly when first <= text < end in code point order."""
    return prefix, prefix + _AFTER_ALL


def _folded(text: str) -> str:
    # Normalised twice: case folding can give characters that are not in normal form.
    return normalize("NFKC", normalize("NFKC", text).casefold()).replace(_AFTER_ALL, "")


def _from_each_word(part: str) -> list[str]:
    return [part, *(part[word.start() :] for word in _INNER_WORD.finditer(part))]
