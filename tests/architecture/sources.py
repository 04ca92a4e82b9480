"""The packages whose source the architecture tests read."""

from collections.abc import Iterable, Iterator
from pathlib import Path

SERVICE = ("boundary", "config", "events", "facts", "kernel", "products_read", "products_write")
PACKAGES = ("benchmarks", *SERVICE)


def python_files(root: Path, packages: Iterable[str]) -> Iterator[Path]:
    """All Python files of these packages, in order."""
    for package in packages:
        yield from sorted((root / package).rglob("*.py"))
