"""docs/tour.md is run as it stands: a page that says anything but what happens fails."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

from tests.support.processes import Running, Service, environment
from tools.processes import ROOT

pytestmark = pytest.mark.processes

PAGE = (ROOT / "docs" / "tour.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
END_OF_STEP = "-- end of step --"
ANY_VALUE = "…"
ONE_VALUE = r'[^"\s,{}\[\]]+'


class Step(NamedTuple):
    """What the page says to paste, and what it says is printed then; nothing unless it does."""

    commands: str
    printed: str


class Shop(NamedTuple):
    """A service as ``make run`` starts it, and the folder that its var/ is in."""

    web: Running
    directory: Path


def steps_of(page: str) -> list[Step]:
    steps: list[Step] = []
    for language, text in BLOCK.findall(page):
        if language == "sh":
            steps.append(Step(text, ""))
        else:
            steps[-1] = steps[-1]._replace(printed=text)
    return steps


def walk(page: str, shop: Shop) -> list[str]:
    """Pastes the page's commands into one shell; what each step printed."""
    pasted = "".join(f"{step.commands}\necho; echo '{END_OF_STEP}'\n" for step in steps_of(page))
    shell = subprocess.run(
        ["bash"],
        input=pasted,
        cwd=shop.directory,
        env={"PATH": os.environ["PATH"], "PORT": str(urlsplit(shop.web.url).port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return shell.stdout.split(END_OF_STEP)[:-1]


def drifts(page: str, printed: list[str]) -> list[str]:
    """What was printed otherwise than the page says, and where."""
    steps = steps_of(page)
    assert len(printed) == len(steps)
    return [
        f"{step.commands}\nprints\n{actual}\nand not\n{step.printed}"
        for step, actual in zip(steps, printed, strict=True)
        if not re.fullmatch(_pattern(step.printed), _one_line(actual))
    ]


def _pattern(printed: str) -> str:
    return re.escape(_one_line(printed)).replace(re.escape(ANY_VALUE), ONE_VALUE)


def _one_line(text: str) -> str:
    """Without line breaks and the spaces around them: the page breaks long lines."""
    return "".join(line.strip() for line in text.splitlines())


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[Shop]:
    home = tmp_path_factory.mktemp("tour")
    shutil.copy(migrated_file, home)
    (home / ".venv" / "bin").mkdir(parents=True)
    (home / ".venv" / "bin" / "python").symlink_to(sys.executable)
    env = environment(f"sqlite:///{home}/db.sqlite3", VAR_DIR=str(home / "var"))
    with Service(env, home) as service:
        service.manage("seed_demo", "--products", "1", "--events", "0")
        yield Shop(service.web(), home)


@pytest.fixture(scope="module")
def printed(shop: Shop) -> list[str]:
    return walk(PAGE, shop)


def test_tour__says_what_happens(printed: list[str]) -> None:
    assert drifts(PAGE, printed) == []


def test_tour__another_value_anywhere_in_what_it_says_is_found(printed: list[str]) -> None:
    said = [step.printed for step in steps_of(PAGE) if step.printed]
    assert len(said) > 10
    for text in said:
        for digit in set(re.findall(r"\d", text)):
            tampered = PAGE.replace(text, text.replace(digit, f"{digit}1", 1), 1)
            assert len(drifts(tampered, printed)) == 1


def test_tour__a_line_that_is_missing_or_not_said_is_found(printed: list[str]) -> None:
    for step in (each for each in steps_of(PAGE) if each.printed):
        shorter = step.printed[: step.printed.rstrip().rfind("\n") + 1]
        assert len(drifts(PAGE.replace(step.printed, shorter, 1), printed)) == 1
        assert len(drifts(PAGE.replace(step.printed, f"{step.printed}more\n", 1), printed)) == 1


def test_tour__a_command_that_does_something_else_is_found(shop: Shop) -> None:
    tampered = PAGE.replace('"rating": 1}', '"rating": 4}', 1).replace('"quantity": 8}', '"quantity": 2}', 1)
    assert any("confirm-items-shipped" in drift for drift in drifts(tampered, walk(tampered, shop)))
