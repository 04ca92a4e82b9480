"""A writer's journal: one line before a command is sent, one when it was answered, so that a killed writer's
successor knows which command is still without an answer.

    {"sent": ns, "id": …, "name": …, "payload": …, "actor": …, "expected": …}
    {"answered": ns, "body": "…"} or {"answered": ns, "refusal": code, "members": {…}}
    {"repeated": "…"}              the body that the last answered command got when it was sent again

Nanoseconds are of the machine's monotonic clock, which all its processes share.
"""

import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.oracle import Answered, Sent

Line = dict[str, Any]


class Journal:
    """The file, open for appending; each line is one write, so that a kill leaves only whole ones."""

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
        """The command that the writer before was killed with, if it was."""
        last = next((line for line in reversed(self.lines) if "repeated" not in line), None)
        return last if last is not None and "sent" in last else None


def read_lines(path: Path) -> list[Line]:
    return [json.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def answered_in(lines: list[Line]) -> tuple[list[Answered], list[str]]:
    """The commands with their answers, and what was wrong about the answers to repeated ones."""
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
