"""The definitions that a piece of source code uses, in a form in which only the code counts.

Comments, docstrings, annotations and formatting change nothing in it. Versions of Python agree on it.
"""

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

# Annotations do not change what a function does, and the other fields are empty in some versions of Python only.
_NOT_CODE = frozenset({"annotation", "returns", "type_comment", "type_params", "kind", "ctx", "simple"})

_Name = tuple[str, ...]
"""A name and the attributes after it: `a.b` is ("a", "b")."""


class _Module(NamedTuple):
    definitions: dict[str, ast.stmt]
    imports: dict[str, _Name]


class Definitions:
    """The functions, classes and constants that pieces of source code use, directly or through each other.

    They are found in the packages that stand beside the package of the module `home`. Of installed packages, which
    stand elsewhere, only the names count. The package of this module is the engine itself and is left out, and so are
    classes that have one of the bases `without`.
    """

    def __init__(self, home: str, *, without: tuple[type, ...] = ()) -> None:
        self._root, self._without = _root(home), without
        self._found: dict[str, str] = {}

    def add_class(self, found: type, *, without: Iterable[str]) -> None:
        """Adds the class, without the attributes `without`, and all that it uses. Raises OSError without its source."""
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(found))).body
        assert isinstance(tree, ast.ClassDef)
        tree.body = [part for part in tree.body if not set(without) & set(_names_defined_by(part))]
        self._add(found.__module__, found.__qualname__, tree)

    def texts(self) -> list[str]:
        """Returns the code of all definitions, in the order of their first use."""
        return list(self._found.values())

    def _add(self, module: str, name: str, tree: ast.stmt) -> None:
        key = f"{module}.{name}"
        if key not in self._found:
            self._found[key] = f"{name} = {code_of(tree)}"
            for used in _names_used_by(tree):
                self._follow(module, used)

    def _follow(self, module: str, name: _Name) -> None:
        first, *rest = name
        known = _module(module)
        if first in known.definitions:
            if not self._is_left_out(getattr(sys.modules[module], first, None)):
                self._add(module, first, known.definitions[first])
        elif first in known.imports:
            self._follow_import(first, known.imports[first], tuple(rest))

    def _is_left_out(self, value: object) -> bool:
        return isinstance(value, type) and issubclass(value, self._without)

    def _follow_import(self, alias: str, imported: _Name, rest: _Name) -> None:
        module, *names = imported
        submodule = ".".join(imported)
        if _package(module) == _package(__name__):
            return
        if _root(module) != self._root:
            self._found[submodule] = f"{alias} = {submodule}"
        elif rest and submodule in sys.modules:
            self._follow(submodule, rest)
        elif names:
            self._follow(module, (*names, *rest))


def code_of(tree: object) -> str:
    """Returns the code of a syntax tree without prose, annotations and formatting."""
    if isinstance(tree, list):
        return f"[{' '.join(code_of(part) for part in tree if not _is_prose(part))}]"
    if not isinstance(tree, ast.AST):
        return repr(tree)
    return f"{type(tree).__name__}({' '.join(f'{name}={code_of(value)}' for name, value in _fields(tree))})"


def _fields(tree: ast.AST) -> Iterator[tuple[str, Any]]:
    for name, value in ast.iter_fields(tree):
        if name not in _NOT_CODE and value not in (None, []):
            yield name, value


def _is_prose(part: object) -> bool:
    """Docstrings, and imports: the imported definitions themselves count."""
    match part:
        case ast.Expr(value=ast.Constant(value=str())) | ast.Import() | ast.ImportFrom():
            return True
    return False


@cache
def _root(module: str) -> Path | None:
    """The folder with the package of this module. The project's own packages have one folder in common."""
    file = getattr(sys.modules.get(_package(module)), "__file__", None)  # modules in C have none
    return Path(file).parents[1] if file else None


def _package(module: str) -> str:
    return module.partition(".")[0]


@cache
def _module(name: str) -> _Module:
    file = import_module(name).__file__
    tree = ast.parse(Path(file).read_bytes() if file else b"")
    imports: dict[str, _Name] = {}
    for part in ast.walk(tree):
        if isinstance(part, ast.ImportFrom) and part.module is not None:
            imports |= {alias.asname or alias.name: (part.module, alias.name) for alias in part.names}
        elif isinstance(part, ast.Import):
            imports |= {alias.asname or _package(alias.name): (alias.name,) for alias in part.names}
    return _Module({name: part for part in tree.body for name in _names_defined_by(part)}, imports)


def _names_defined_by(part: ast.stmt) -> list[str]:
    match part:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def _names_used_by(tree: object) -> Iterator[_Name]:
    match tree:
        case ast.Attribute(value=ast.Name(id=name), attr=attribute):
            yield name, attribute
        case ast.Name(id=name):
            yield (name,)
        case ast.AST():
            for _, value in _fields(tree):
                yield from _names_used_by(value)
        case list():
            for part in tree:
                yield from _names_used_by(part)
