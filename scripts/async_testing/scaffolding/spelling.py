"""How a module beside the conftest is imported: pytest's import mode, ``pythonpath`` and packages decide."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from async_testing.model import Project


def importable(project: Project, name: str) -> str:
    """The name under which the conftest and the tests both get at ``name`` in the tests folder.

    One spelling for all, because two names for one file would be two modules with a state each.

    Args:
        project: what was detected.
        name: the module or package beside the conftest, ``fakes``.

    Returns:
        ``tests.fakes``, ``fakes``, or ``.fakes`` where no absolute name leads there.
    """
    root = Path(project.root)
    tests = PurePosixPath(project.tests)
    base = _above_packages(root / tests) if is_package(project) else root / tests
    places = [root / folder for folder in project.pytest.pythonpath]
    if project.pytest.import_mode == "importlib":
        configured = root / PurePosixPath(project.pytest.path or "x").parent
        places.append(configured)
    elif is_package(project):
        places = [base]
    else:
        places.append(base)
    for place in places:
        if (root / tests).is_relative_to(place):
            parts = [*(root / tests).relative_to(place).parts, name]
            if all(part.isidentifier() for part in parts):
                return ".".join(parts)
    return f".{name}"


def is_package(project: Project) -> bool:
    """Whether the tests folder has an ``__init__.py``; one that scaffold creates will have it."""
    return not project.tests_exist or (Path(project.root) / project.tests / "__init__.py").exists()


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


def _above_packages(folder: Path) -> Path:
    """The folder that pytest puts on ``sys.path``: the nearest one above ``folder`` that is no package."""
    folder = folder.parent
    while (folder / "__init__.py").exists() and folder.parent != folder:
        folder = folder.parent
    return folder
