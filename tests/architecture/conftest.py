"""A copy of the source tree, in which a test can plant a fault."""

import shutil
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES
from tools.processes import ROOT


@pytest.fixture
def copied_tree(tmp_path: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path
