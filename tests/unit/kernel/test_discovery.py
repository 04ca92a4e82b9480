"""The modules of a package are found without a list."""

from pathlib import Path

import pytest

from kernel.discovery import import_modules


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory of an empty package. It has the directory's name, which no other test uses."""
    monkeypatch.syspath_prepend(tmp_path.parent)
    (tmp_path / "__init__.py").touch()
    return tmp_path


def test_import_modules__imports_all_in_the_order_of_their_names(package: Path) -> None:
    for name in ("beta", "alpha", "gamma"):
        (package / f"{name}.py").write_text(f"NAME = {name!r}\n")

    found = import_modules(package.name, [str(package)])

    assert [module.NAME for module in found] == ["alpha", "beta", "gamma"]


def test_import_modules__leaves_packages_out(package: Path) -> None:
    (package / "inner").mkdir()
    (package / "inner" / "__init__.py").write_text("raise AssertionError\n")

    assert import_modules(package.name, [str(package)]) == ()


def test_import_modules__lets_a_failing_import_fail(package: Path) -> None:
    (package / "broken.py").write_text("import nothing_of_this_name\n")

    with pytest.raises(ModuleNotFoundError):
        import_modules(package.name, [str(package)])
