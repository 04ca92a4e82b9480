"""The sides never meet: import-linter's contracts hold, and they would notice."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "benchmarks",
    "boundary",
    "config",
    "events",
    "facts",
    "kernel",
    "products_read",
    "products_write",
)


def lint_imports(directory: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copied_tree(tmp_path: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_import_directions__hold() -> None:
    outcome = lint_imports(ROOT)

    assert outcome.returncode == 0, outcome.stdout


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("products_write", "products_read"),
        ("products_read", "products_write"),
        ("events", "products_write"),
        ("events", "products_read"),
        ("boundary", "events"),
        ("products_read", "config"),
        ("products_read", "benchmarks"),
    ],
)
def test_import_directions__refuse_a_planted_import(copied_tree: Path, importer: str, imported: str) -> None:
    (copied_tree / importer / "planted.py").write_text(f"import {imported}.apps as planted\n")
    (copied_tree / imported / "apps.py").touch()

    outcome = lint_imports(copied_tree)

    assert outcome.returncode == 1
    assert f"{importer}.planted -> {imported}.apps" in outcome.stdout
