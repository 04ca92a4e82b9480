"""The lists that tests keep apart from the code speak of every command, every field and every event.

They are written by hand on purpose: a list that is derived from the code agrees with every fault of the code.
"""

import ast
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path

import pytest

from events.contracts.registry import REGISTRY
from products_write.commands import COMMANDS
from tests.integration.events.test_any_sequence import SENT
from tests.integration.read.test_published_shapes import LIFE
from tests.integration.write.test_conflicts import CONFLICTS, HAPPENS
from tests.support import oracle, proof_commands
from tests.support.proof_commands import RandomCommands

# Nothing can come between a product's creation and the version that a client saw.
CREATING = {name for name, command_type in COMMANDS.items() if command_type.creates}


def events_of_the_oracle() -> set[str]:
    """The events in calls such as `Changed("product.added", …)`."""
    calls = [
        node for node in ast.walk(ast.parse(Path(oracle.__file__).read_text())) if isinstance(node, ast.Call)
    ]
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id == "Changed"
        and isinstance(call.args[0], ast.Constant)
    }


OF_COMMANDS: dict[str, Collection[str]] = {
    "tests.support.oracle.FIELDS": oracle.FIELDS,
    "tests.support.oracle._DECISIONS": {*oracle._DECISIONS, *CREATING},
    "tests.support.oracle.CONFLICTS": {*oracle.CONFLICTS, *CREATING},
    "tests.support.proof_commands._WEIGHTS": proof_commands._WEIGHTS,
    "tests.support.proof_commands._PAYLOADS": proof_commands._PAYLOADS,
    "tests.integration.events.test_any_sequence.SENT": SENT,
    "tests.integration.write.test_conflicts.CONFLICTS": {name for name, _, _ in CONFLICTS} | CREATING,
}
OF_EVENTS: dict[str, Collection[str]] = {
    "tests.support.oracle": events_of_the_oracle(),
    "tests.integration.read.test_published_shapes.LIFE": {event.type for event in LIFE},
    "tests.integration.write.test_conflicts.HAPPENS": {name.partition(" ")[0] for name in HAPPENS}
    | {"product.added"},
}


@pytest.mark.parametrize("name", OF_COMMANDS)
def test_list__has_every_command(name: str) -> None:
    assert set(OF_COMMANDS[name]) == set(COMMANDS)


@pytest.mark.parametrize("name", OF_EVENTS)
def test_list__has_every_event(name: str) -> None:
    assert set(OF_EVENTS[name]) == set(REGISTRY)


@pytest.mark.parametrize("name", COMMANDS)
def test_oracle__knows_every_field_of_the_command(name: str) -> None:
    assert oracle.FIELDS[name] == set(COMMANDS[name].__struct_fields__)


def test_proof__sends_every_field_of_every_command() -> None:
    commands = RandomCommands(seed=1, writer=0, products=10, staff=[1], users=[2])
    sent: dict[str, set[str]] = defaultdict(set)
    for number in range(2_000):
        command = commands.nth(number, {})
        sent[command["name"]] |= command["payload"].keys()
    for name, command_type in COMMANDS.items():
        assert sent[name] - {"unknown_field"} == set(command_type.__struct_fields__), name
