"""The journal of a writer. The successor of a killed writer finds in it the command that is still without an answer.

The writer adds a line before it sends a command, and a line when it has the answer:

    {"sent": ns, "id": …, "name": …, "payload": …, "actor": …, "expected": …}
    {"answered": ns, "body": "…"} or {"answered": ns, "refusal": code, "members": {…}}
    {"repeated": "…"}              the body of the response when the last answered command was sent again

`ns` are nanoseconds of the machine's monotonic clock, which all its processes share.
"""

import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.oracle import Answered, Sent

Line = dict[str, Any]


class Journal:
    """The file of a journal, open for appending. Each line is one write, so that a kill leaves only whole lines."""

    def __init__(self, path: Path) -> None:
        self.lines = read_lines(path)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.close(self._file)

    def write(self, line: Line) -> None:
        os.write(self._file, json.dumps(line).encode() + b"\n")

    @property
    def unanswered(self) -> Line | None:
        """The last command, if the writer was killed before it had the answer."""
        last = next((line for line in reversed(self.lines) if "repeated" not in line), None)
        return last if last is not None and "sent" in last else None


def read_lines(path: Path) -> list[Line]:
    return [json.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def answered_in(lines: list[Line]) -> tuple[list[Answered], list[str]]:
    """The commands with their answers, and a complaint about each repeated command with another answer."""
    answers: list[Answered] = []
    wrong: list[str] = []
    sent, body = Line(), ""
    for line in lines:
        if "sent" in line:
            sent = line
        elif "answered" in line:
            body = line.get("body", "")
            answers.append(_answered(sent, line))
        elif line["repeated"] != body:
            wrong.append(f"repeated {sent}: {line['repeated']} instead of {body}")
    return answers, wrong


def _answered(sent: Line, line: Line) -> Answered:
    command = Sent(sent["id"], sent["name"], sent["payload"], sent["actor"], sent["expected"], sent["sent"])
    if "body" in line:
        return Answered(command, line["answered"], json.loads(line["body"]))
    return Answered(command, line["answered"], None, line["refusal"], line["members"])
