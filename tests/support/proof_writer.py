"""A writer of the standing proof: sends random commands until told to stop, and keeps a journal of all answers."""

import json
import os
import time
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import InterfaceError, OperationalError

from kernel.actor import Actor
from kernel.errors import ServiceError, Unavailable
from products_write.bus import dispatch
from products_write.bus.envelope import CommandResponse, Envelope
from products_write.errors import CommandInProgress
from tests.support.proof_commands import RandomCommands
from tests.support.proof_journal import Journal, Line

PATIENCE_SECONDS = 60.0
SHARE_REPEATED = 0.02


def run(*, journal: str, stop: str, commands: dict[str, Any]) -> None:
    """Goes on where the writer before it was killed. Ends when the file `stop` is there."""
    random_commands = RandomCommands(**commands)
    chance = Random(os.getpid())
    with Journal(Path(journal)) as written:
        seen = _versions_seen(written.lines)
        number = sum("sent" in line for line in written.lines)
        if written.unanswered is not None:
            _send(written, written.unanswered, seen)
        while not Path(stop).exists():
            command = random_commands.nth(number, seen)
            written.write({"sent": time.monotonic_ns()} | command)
            is_accepted = _send(written, command, seen)
            if is_accepted and chance.random() < SHARE_REPEATED:
                written.write({"repeated": _answer(command).body.decode()})
            number += 1


def _versions_seen(lines: list[Line]) -> dict[int, int]:
    results = [json.loads(line["body"]) for line in lines if "body" in line]
    return {result["product_id"]: result["version"] for result in results}


def _send(journal: Journal, command: Line, seen: dict[int, int]) -> bool:
    """Writes down the answer, and returns whether the command was accepted."""
    try:
        outcome = _answer(command)
    except ServiceError as refusal:
        line = {"refusal": refusal.code, "members": refusal.members}
        journal.write({"answered": time.monotonic_ns()} | line)
        return False
    assert outcome.result is not None
    journal.write({"answered": time.monotonic_ns(), "body": outcome.body.decode()})
    seen[outcome.result.product_id] = outcome.result.version
    return True


def _answer(command: Line) -> CommandResponse:
    """The one answer: whoever does not know it, the connection being lost, asks again under the same id."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return dispatch.send(
                Envelope.of(
                    command["name"],
                    command["payload"],
                    actor=_actor(command["actor"]),
                    command_id=UUID(command["id"]),
                    expected_version=command["expected"],
                )
            )
        except (Unavailable, CommandInProgress, OperationalError, InterfaceError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


_actors: dict[int, Actor] = {}


def _actor(user_id: int) -> Actor:
    if user_id not in _actors:
        _actors[user_id] = Actor.of(User.objects.get(pk=user_id))
    return _actors[user_id]
