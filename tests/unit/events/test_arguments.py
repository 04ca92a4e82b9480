"""Arguments of management commands, and the messages about wrong ones."""

from argparse import ArgumentTypeError
from collections.abc import Callable

import pytest
from django.core.management import get_commands, load_command_class

from events.management.arguments import positive, whole_number

OWN = [
    (app, name)
    for name, app in get_commands().items()
    if app in {"events", "products_read", "products_write"}
]


@pytest.mark.parametrize(
    ("argument_type", "text", "message"),
    [
        (positive, "0", 'expected a whole number of at least 1, not "0"'),
        (positive, "x", 'expected a whole number, not "x"'),
        (whole_number, "1.5", 'expected a whole number, not "1.5"'),
    ],
)
def test_number__that_is_wrong_is_named(argument_type: Callable[[str], int], text: str, message: str) -> None:
    with pytest.raises(ArgumentTypeError) as refused:
        argument_type(text)
    assert str(refused.value) == message


def test_number__that_is_right_is_read() -> None:
    assert (positive("12"), whole_number("-3")) == (12, -3)


@pytest.mark.parametrize(("app", "name"), OWN)
def test_command__leaves_no_number_to_argparse(app: str, name: str) -> None:
    """It would answer "invalid int value"."""
    parser = load_command_class(app, name).create_parser("manage.py", name)
    own = [action for action in parser._actions if action.dest not in {"verbosity"}]
    assert [action.dest for action in own if action.type in (int, float)] == []
