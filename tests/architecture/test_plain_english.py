"""Docstrings name the subject of each sentence: few begin with words such as Who or What, which hide it."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.sources import PACKAGES, python_files
from tools.processes import ROOT

READ = (*PACKAGES, "tools", "tests")
MOST_IN_A_HUNDRED = 2
END_OF_SENTENCE = re.compile(r"(?<=[.!?])[\"'`)\]]*\s+|\n\s*\n")
RIDDLING = re.compile(r"[\"'`(\[*-]*\s*(Who|Whom|What|Whoever|Whatever|Whose|So|The same)\b")


def docstrings(source: str) -> Iterator[str]:
    """The docstrings of the module, its classes, functions and attributes: statements that are only a string."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield text


def sentences(source: str) -> list[str]:
    """The sentences of all docstrings. A sentence ends before white space after . ! or ?, or with its paragraph."""
    parts = [part for text in docstrings(source) for part in END_OF_SENTENCE.split(text.strip())]
    return [" ".join(part.split()) for part in parts if part.strip()]


def riddling(written: list[str]) -> list[str]:
    """The sentences that begin with a word that hides their subject."""
    return [sentence for sentence in written if RIDDLING.match(sentence)]


def test_docstrings__few_sentences_hide_their_subject() -> None:
    written = [
        sentence
        for file in python_files(ROOT, READ)
        for sentence in sentences(file.read_text(encoding="utf-8"))
    ]

    found = riddling(written)

    assert 100 * len(found) < MOST_IN_A_HUNDRED * len(written), "\n".join(found)


PLANTED = '''"""Who comes first stays. The row is locked (by whom?)

So it waits! "What is it?" The same again; whatever.
"""

LIMIT = 7
"""Whatever is above it. Sofas wait, and so does v2.0 of them."""


def take() -> None:
    """Takes what is there.

    Whose it was
    """
    print("What else")  # Who knows.
'''


def test_riddling__finds_planted_sentences_and_no_others() -> None:
    assert len(sentences(PLANTED)) == 9
    assert riddling(sentences(PLANTED)) == [
        "Who comes first stays.",
        "So it waits!",
        '"What is it?',
        "The same again; whatever.",
        "Whatever is above it.",
        "Whose it was",
    ]
