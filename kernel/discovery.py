"""Finds the modules of a package, so that nobody has to list them."""

import pkgutil
from collections.abc import Iterable
from importlib import import_module
from types import ModuleType


def import_modules(package: str, path: Iterable[str]) -> tuple[ModuleType, ...]:
    """Imports the modules of `package` in the order of their names, and returns them. Packages inside it are left out.

    `path` is the `__path__` of the package.
    """
    names = sorted(found.name for found in pkgutil.iter_modules(path) if not found.ispkg)
    return tuple(import_module(f"{package}.{name}") for name in names)
