"""Runs docs/tour.md as it stands. The test fails when the page differs from the real output."""

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
    """Commands of the page, and the output that the page shows for them. The output is empty if it shows none."""

    commands: str
    printed: str


class Shop(NamedTuple):
    """A service as ``make run`` starts it, and the folder with its var/."""

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
    """Runs the page's commands in one shell. Returns the output of each step."""
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
    """The differences between the page and the output, each with its step."""
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
    """The text without line breaks and the spaces around them, because the page breaks long lines."""
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


def test_tour__shows_the_real_output(printed: list[str]) -> None:
    assert drifts(PAGE, printed) == []


def test_tour__another_value_anywhere_in_its_output_is_found(printed: list[str]) -> None:
    outputs = [step.printed for step in steps_of(PAGE) if step.printed]
    assert len(outputs) > 10
    for text in outputs:
        for digit in set(re.findall(r"\d", text)):
            tampered = PAGE.replace(text, text.replace(digit, f"{digit}1", 1), 1)
            assert len(drifts(tampered, printed)) == 1


def test_tour__a_missing_or_additional_line_is_found(printed: list[str]) -> None:
    for step in (each for each in steps_of(PAGE) if each.printed):
        shorter = step.printed[: step.printed.rstrip().rfind("\n") + 1]
        assert len(drifts(PAGE.replace(step.printed, shorter, 1), printed)) == 1
        assert len(drifts(PAGE.replace(step.printed, f"{step.printed}more\n", 1), printed)) == 1


def test_tour__a_command_with_another_effect_is_found(shop: Shop) -> None:
    tampered = PAGE.replace('"rating": 1}', '"rating": 4}', 1).replace('"quantity": 8}', '"quantity": 2}', 1)
    assert any("confirm-items-shipped" in drift for drift in drifts(tampered, walk(tampered, shop)))
