"""docs/extending.md, applied as it stands to a copy of the project whose database is in use."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.processes import environment
from tools.processes import ROOT

pytestmark = [pytest.mark.processes, pytest.mark.takes_minutes]

COPIED = (
    *("boundary", "config", "events", "facts", "kernel", "products_read", "products_write"),
    *("manage.py", "pyproject.toml"),
)
PAGE = (ROOT / "docs" / "extending.md").read_text()
STEPS = re.findall(r"^```diff\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
SHELVES = (
    "import json\n"
    "from django.contrib.auth.models import User\n"
    "from django.test import Client\n"
    "client = Client()\n"
    "client.force_login(User.objects.create_user('shelver'))\n"
    "for shelf in ('A-3', 'B-1'):\n"
    "    page = client.get('/api/v1/inventory/', {'shelf': shelf}, headers={'host': 'localhost'}).json()\n"
    "    print(json.dumps([(product['id'], product['shelf']) for product in page['results']]))\n"
)
MOVE = ("send_command", "move-to-shelf", '{"product_id": 7, "shelf": "A-3"}')


@dataclass(frozen=True)
class Copy:
    """A copy of the project with a database of its own."""

    home: Path

    def apply(self, *steps: str) -> None:
        for step in steps:
            subprocess.run(["git", "apply", "-"], cwd=self.home, input=step, text=True, check=True)

    def manage(self, *arguments: str) -> str:
        """The output of the command. Raises AssertionError with it when the command fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self.home,
            env=environment(f"sqlite:///{self.home}/db.sqlite3", VAR_DIR=str(self.home)),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def in_use(self) -> None:
        """Fills the database by the code as it is."""
        self.manage("migrate", "--verbosity=0")
        self.manage("seed_demo", "--products", "20", "--events", "60")


@pytest.fixture
def copy() -> Iterator[Copy]:
    with TemporaryDirectory(prefix="products-extended-") as directory:
        home = Path(directory)
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, home / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, home)
        yield Copy(home)


def steps_without(path: str) -> list[str]:
    """The steps that do not change files whose path has this part."""
    kept = [step for step in STEPS if path not in step.partition("\n")[0]]
    assert len(kept) < len(STEPS)
    return kept


def test_page__changes_ten_files() -> None:
    changed = [path for step in STEPS for path in re.findall(r"^\+\+\+ b/(.+)$", step, re.MULTILINE)]

    assert len(changed) == len(set(changed)) == 10


def test_page__gives_a_project_in_use_the_command_the_field_and_the_filter(copy: Copy) -> None:
    copy.in_use()
    copy.apply(*STEPS)

    copy.manage("check")
    copy.manage("makemigrations", "--check", "--dry-run")
    copy.manage("migrate", "--verbosity=0")
    copy.manage("rebuild_read_models", "product_inventory", "--noinput")
    result = json.loads(copy.manage(*MOVE))
    copy.manage("verify_read_models")

    assert [event["type"] for event in result["events"]] == ["inventory.moved_to_shelf"]
    shelves = copy.manage("shell", "-v", "0", "-c", SHELVES).split("\n")
    assert [json.loads(line) for line in shelves if line.startswith("[")] == [[[7, "A-3"]], []]


@pytest.mark.parametrize("left_out", ["/migrations/", "products_write/models/stock.py"])
def test_page__without_a_column_or_its_migration_is_named_by_makemigrations(
    copy: Copy, left_out: str
) -> None:
    copy.apply(*steps_without(left_out))

    with pytest.raises(AssertionError, match="shelf"):
        copy.manage("makemigrations", "--check", "--dry-run")


@pytest.mark.parametrize(
    ("left_out", "named"),
    [
        ("products_write/verification.py", "InventoryMovedToShelf"),
        ("products_read/projections/product_inventory.py", "product_inventory"),
        ("products_read/models.py", "product_inventory"),
        ("products_read/documents/shapes.py", "product_inventory"),
        ("facts/inventory.py", "InventoryMovedToShelf"),
    ],
)
def test_page__without_a_step_is_named_by_check(copy: Copy, left_out: str, named: str) -> None:
    copy.apply(*steps_without(left_out))

    with pytest.raises(AssertionError, match=named):
        copy.manage("check")


def test_page__without_its_command_is_named_by_send_command(copy: Copy) -> None:
    copy.apply(*steps_without("products_write/commands/move_to_shelf.py"))

    with pytest.raises(AssertionError, match="invalid choice: 'move-to-shelf'"):
        copy.manage(*MOVE)
