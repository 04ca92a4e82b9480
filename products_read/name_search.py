"""How names are compared: without regard to case or compatibility form, word by word."""

import re
from functools import lru_cache
from itertools import pairwise
from unicodedata import normalize

# As long as a name may be. Compatibility forms expand (U+FDFA to 18 letters) beyond what an index can hold.
MAX_LENGTH = 200  # code points

_INNER_WORD = re.compile(r"(?<=\W)\w")
# Sorts after every character and is none itself, so it can end a range.
_AFTER_ALL = chr(0x10FFFF)


def sort_key(name: str) -> str:
    """What names are ordered by, in code point order."""
    return _folded(name)[:MAX_LENGTH]


@lru_cache(maxsize=10_000)  # most events leave the name as it is, yet ask for its words before and after
def searchable_words(name: str) -> tuple[str, ...]:
    """The texts in which a word of a search is looked up as a prefix, sorted, each once.

    Between spaces a name counts from each of its words on: "T-Shirt 100%" gives "t-shirt", "shirt", "100%".
    So "shirt" and "t-sh" find it, "100%" finds it and not "1000", and no character has a meaning of its own.
    """
    words = {text[:MAX_LENGTH] for part in _folded(name).split() for text in _from_each_word(part)}
    return tuple(sorted(words))


def searched_words(search: str) -> list[str]:
    """The prefixes that a search asks for, without those that another one implies."""
    words = sorted({word[:MAX_LENGTH] for word in _folded(search).split()})
    return [word for word, after in pairwise([*words, ""]) if not after.startswith(word)]


def prefix_range(prefix: str) -> tuple[str, str]:
    """`(first, end)`: a text starts with `prefix` exactly when first <= text < end in code point order."""
    return prefix, prefix + _AFTER_ALL


def _folded(text: str) -> str:
    return normalize("NFKC", normalize("NFKC", text).casefold()).replace(_AFTER_ALL, "")


def _from_each_word(part: str) -> list[str]:
    return [part, *(part[word.start() :] for word in _INNER_WORD.finditer(part))]
