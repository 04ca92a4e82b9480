"""One public name has one meaning, middlewares are named as such, and one place asks which database it is."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

from django.conf import settings

from tests.architecture.sources import SERVICE, python_files
from tools.processes import ROOT

# Frameworks look for these names in files at these paths. The domain's base class `Command` is not one of them.
FRAMEWORK_NAMES = {
    "Command": "*/management/commands/*.py",
    "Migration": "*/migrations/*.py",
    "application": "config/?sgi.py",
    "logger": "*.py",
    "urlpatterns": "*/urls.py",
}
DIALECT = "kernel/database/dialect/"


def public_names(file: Path) -> set[str]:
    """The public functions, classes, constants and type aliases that the file defines at its top level."""
    found: set[str] = set()
    statements: list[ast.stmt] = ast.parse(file.read_text()).body
    while statements:
        match statements.pop():
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Assign(targets=targets):
                found |= {name for target in targets for name in _assigned(target)}
            case ast.AnnAssign(target=target):
                found |= _assigned(target)
            case (ast.If() | ast.Try() | ast.With()) as block:
                statements += [each for each in ast.iter_child_nodes(block) if isinstance(each, ast.stmt)]
    return {name for name in found if not name.startswith("_")}


def _assigned(target: ast.expr) -> set[str]:
    return {
        node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def names_defined_twice(root: Path) -> dict[str, list[str]]:
    """The public names that several files define, with these files."""
    files_of = defaultdict(list)
    for file in python_files(root, SERVICE):
        path = str(file.relative_to(root))
        for name in public_names(file):
            if not fnmatch(path, FRAMEWORK_NAMES.get(name, "")):
                files_of[name].append(path)
    return {name: files for name, files in files_of.items() if len(files) > 1}


def test_public_names__are_defined_once() -> None:
    assert names_defined_twice(ROOT) == {}


def test_public_names__a_planted_second_definition_is_found(copied_tree: Path) -> None:
    for planted in (
        "class Envelope: ...",
        "def dialect_of(): ...",
        "MAX_STOCK: int = 1",
        "if True:\n    Product = 1",
    ):
        (copied_tree / "events" / "log" / "planted.py").write_text(planted)

        assert [files[0] for files in names_defined_twice(copied_tree).values()] == ["events/log/planted.py"]


def test_public_names__a_framework_name_elsewhere_is_found(copied_tree: Path) -> None:
    (copied_tree / "events" / "planted.py").write_text("class Command: ...")

    assert names_defined_twice(copied_tree) == {
        "Command": ["events/planted.py", "products_write/commands/definition/base.py"]
    }


def misnamed_middlewares(paths: Iterable[str]) -> list[str]:
    """The middlewares of this project whose names do not end in `Middleware`."""
    own = [path for path in paths if path.startswith(tuple(f"{package}." for package in SERVICE))]
    assert own
    return [path for path in own if not path.endswith("Middleware")]


def test_middlewares__are_named_so() -> None:
    assert misnamed_middlewares(settings.MIDDLEWARE) == []


def test_middlewares__a_planted_other_name_is_found() -> None:
    planted = [*settings.MIDDLEWARE, "config.sessions.SessionsForPages", "django.contrib.SomeOtherName"]

    assert misnamed_middlewares(planted) == ["config.sessions.SessionsForPages"]


def files_that_ask_for_the_database(root: Path) -> list[str]:
    """The files outside the dialect that have the word `vendor`, with which Django says which database it is."""
    paths = {str(file.relative_to(root)): file.read_text() for file in python_files(root, SERVICE)}
    return [
        path
        for path, text in paths.items()
        if re.search(r"\bvendor\b", text) and not path.startswith(DIALECT)
    ]


def test_database_vendor__is_known_to_the_dialect_only() -> None:
    assert files_that_ask_for_the_database(ROOT) == []


def test_database_vendor__is_found_where_it_is_planted(copied_tree: Path) -> None:
    planted = 'def is_postgresql(connection):\n    return connection.vendor == "postgresql"\n'
    (copied_tree / "events" / "planted.py").write_text(planted)

    assert files_that_ask_for_the_database(copied_tree) == ["events/planted.py"]
