"""The import contracts of pyproject.toml hold, and each of them finds a planted import."""

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

from tests.architecture.sources import PACKAGES, python_files
from tools.processes import ROOT

# Only these may import Django's HTTP. kernel/read_only_admin.py extends Django's admin, which is HTTP.
DOORS = ("benchmarks", "boundary", "config", "products_read/api", "products_write/api", "products_read/admin")
DOORS = (*DOORS, "products_write/admin", "kernel/read_only_admin.py")
HTTP = ("django.http", "django.shortcuts", "django.urls", "django.views", "django.middleware")
# products_read/apps.py registers a path converter with Django's URLs.
WIRING = ("products_read/apps.py",)


def lint_imports(directory: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )


def test_import_directions__hold() -> None:
    checked = lint_imports(ROOT)

    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("products_write", "products_read.models"),
        ("products_read", "products_write.models"),
        ("events", "products_write.models"),
        ("events", "products_read.models"),
        ("events", "facts.product"),
        ("facts", "products_write.models"),
        ("kernel", "events.models"),
        ("kernel.database", "boundary.limits.rates"),
        ("boundary", "events.models"),
        ("boundary.requests", "events.log.reading"),
        ("products_read", "config.urls"),
        ("products_read", "benchmarks.table"),
        ("benchmarks.crud", "kernel.errors"),
        ("events.log", "events.projections.engine"),
        ("events.projections", "events.consistency.tokens"),
        ("events.contracts", "events.log.reading"),
        ("events.consistency", "boundary.requests.prefer"),
        ("products_write.models", "products_write.commands"),
        ("products_write.commands", "products_write.bus.dispatch"),
        ("products_write.bus", "boundary.responses.problems"),
        ("products_write.models", "rest_framework.request"),
        ("products_read.documents", "products_read.queries.keyset"),
        ("products_read.projections", "products_read.queries.keyset"),
        ("products_read.queries", "boundary.requests.prefer"),
        ("products_read.queries", "rest_framework.response"),
    ],
)
def test_import_directions__refuse_a_planted_import(copied_tree: Path, importer: str, imported: str) -> None:
    planted = copied_tree / importer.replace(".", "/") / "planted.py"
    planted.write_text(f"def lazily() -> None:\n    import {imported} as planted\n")

    checked = lint_imports(copied_tree)

    assert checked.returncode == 1
    assert (
        f"{importer}.planted -> {imported.partition('.rest')[0].split('rest_framework.')[0]}"
        in checked.stdout
    )


def test_import_directions__a_new_room_has_to_be_given_its_place(copied_tree: Path) -> None:
    (copied_tree / "events" / "planted.py").touch()

    checked = lint_imports(copied_tree)

    assert checked.returncode == 1
    assert "events.planted" in checked.stdout


def imports_of(file: Path) -> set[str]:
    """Every module that the file imports. Imports inside functions count."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
    return found


def files_that_know_http(root: Path) -> list[str]:
    """The files outside the doors that import Django's HTTP."""
    files = [file.relative_to(root) for file in python_files(root, PACKAGES)]
    inside = [file for file in files if not str(file).startswith(DOORS) and str(file) not in WIRING]
    return sorted(
        str(file)
        for file in inside
        if any(
            module == http or module.startswith(f"{http}.")
            for module in imports_of(root / file)
            for http in HTTP
        )
    )


def test_http__is_known_to_the_doors_alone() -> None:
    assert files_that_know_http(ROOT) == []


def test_http__is_noticed_where_it_is_planted(copied_tree: Path) -> None:
    (copied_tree / "events" / "log" / "planted.py").write_text("from django.http import HttpRequest\n")

    assert files_that_know_http(copied_tree) == ["events/log/planted.py"]


def ordered(graph: grimp.ImportGraph) -> list[str]:
    """The modules, each after the modules that it imports. Raises CycleError."""
    imported = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    return list(TopologicalSorter(imported).static_order())


def test_imports__have_no_cycle() -> None:
    """Imports inside functions count, because they hide a cycle and do not remove it."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)

    assert len(ordered(graph)) == len(graph.modules)


def test_imports__a_planted_cycle_is_noticed() -> None:
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    graph.add_import(importer="kernel.errors", imported="kernel.validation")

    with pytest.raises(CycleError):
        ordered(graph)
