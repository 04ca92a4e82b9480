"""A writer of the standing proof: it sends random commands and writes all answers into a journal."""

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

TIMEOUT_SECONDS = 60.0
SHARE_REPEATED = 0.02


def run(*, journal: str, stop: str, commands: dict[str, Any]) -> None:
    """Continue where the writer before was killed. Ends when the file `stop` exists."""
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
    """Send the command and write its answer into the journal. Returns whether the command was accepted."""
    try:
        response = _answer(command)
    except ServiceError as refusal:
        line = {"refusal": refusal.code, "members": refusal.members}
        journal.write({"answered": time.monotonic_ns()} | line)
        return False
    assert response.result is not None
    journal.write({"answered": time.monotonic_ns(), "body": response.body.decode()})
    seen[response.result.product_id] = response.result.version
    return True


def _answer(command: Line) -> CommandResponse:
    """Send the command, and repeat it under its id while no answer comes, for example after a lost connection."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
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
