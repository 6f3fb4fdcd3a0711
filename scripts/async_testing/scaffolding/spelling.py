"""How a module beside the conftest is imported: pytest's import mode, ``pythonpath`` and packages decide."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from async_testing.model import Project


def importable(project: Project, name: str, conftest: str = "") -> str:
    """The name under which the conftest and the tests both get at ``name`` in the tests folder.

    One spelling for all, because two names for one file would be two modules with a state each.

    Args:
        project: what was detected.
        name: the module or package beside the conftest, ``fakes``.
        conftest: the text of the conftest that is there: what it says already stays, as long as it holds.

    Returns:
        ``tests.fakes``, ``fakes``, or ``.fakes`` where no absolute name leads there.
    """
    possible = [spelled for place in _places(project) if (spelled := _dotted(project, place, name))]
    if project.pytest.import_mode == "importlib" or is_package(project):
        possible.append(f".{name}")
    said = re.findall(rf"^from (\S*\b{name}) import", conftest, re.MULTILINE)
    return next((one for one in said if one in possible), possible[0])


def _places(project: Project) -> list[Path]:
    """The folders on ``sys.path`` that lead to the tests folder, the one to name it by first."""
    root = Path(project.root)
    tests = root / project.tests
    configured = [
        root / folder for folder in project.pytest.pythonpath if tests.is_relative_to(root / folder)
    ]
    if project.pytest.import_mode != "importlib":
        return [_above_packages(tests)] if is_package(project) else [*configured, tests]
    if configured:
        return configured
    home = root / PurePosixPath(project.pytest.path or "x").parent
    application = root / project.import_root
    # Once the printed pythonpath is there, pytest names the tests by it: only a relative import holds in both.
    moves = tests.is_relative_to(application) and application != home
    return [] if moves else [home]


def _dotted(project: Project, place: Path, name: str) -> str:
    tests = Path(project.root) / project.tests
    if place != tests and not is_package(project) and _has_namesake(tests):
        return ""
    parts = [*tests.relative_to(place).parts, name] if tests.is_relative_to(place) else [""]
    return ".".join(parts) if all(part.isidentifier() for part in parts) else ""


def is_package(project: Project) -> bool:
    """Whether the tests folder has an ``__init__.py``; one that scaffold creates will have it.

    Not beside a module of the same name: pytest would take ``tests.py`` for a part of the package, and fail.
    """
    tests = Path(project.root) / project.tests
    if project.tests_exist:
        return (tests / "__init__.py").exists()
    return not _has_namesake(tests)


def reaches_application(project: Project) -> bool:
    """Whether the application's modules import without further configuration."""
    root = Path(project.root)
    wanted = root / project.import_root
    if any(root / folder == wanted for folder in project.pytest.pythonpath):
        return True
    if project.pytest.import_mode == "importlib":
        return False
    tests = root / project.tests
    return (_above_packages(tests) if is_package(project) else tests) == wanted


def _has_namesake(tests: Path) -> bool:
    """Whether a module ``tests.py`` lies beside the folder: it is what ``import tests`` means then."""
    return tests.with_name(f"{tests.name}.py").exists()


def _above_packages(folder: Path) -> Path:
    """The folder that pytest puts on ``sys.path``: the nearest one above ``folder`` that is no package."""
    folder = folder.parent
    while (folder / "__init__.py").exists() and folder.parent != folder:
        folder = folder.parent
    return folder
