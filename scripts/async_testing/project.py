"""What a project is, told by parsing alone: nothing of it is imported or run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from async_testing.detection import (
    applications,
    dependencies,
    drivers,
    fixtures,
    packages,
    roots,
    running,
    sessions,
)
from async_testing.detection.explicit import named_app, named_tests
from async_testing.detection.pytestconfig import settings
from async_testing.detection.tree import Tree, ancestors, module_name, parent
from async_testing.model import App, Evidence, Project, UsageError


def detect(
    root: Path, *, tests: str | None = None, app: str | None = None, driver: str | None = None
) -> Project:
    """Look at a project.

    Args:
        root: its folder.
        tests: the tests folder, where the user says it; it need not exist yet.
        app: the application as ``module:attribute``, where the user says it.
        driver: the driver's name, where the user says it.

    Returns:
        What was found. ``apps`` and ``drivers`` hold every candidate, best first: ``choose_app`` and
        ``choose_driver`` decide, or refuse to.

    Raises:
        UsageError: ``root`` is no readable folder, an argument names what is not there, or the pytest configuration
            cannot be parsed.
    """
    _refuse_unknown(driver)
    tree = Tree(root)
    if app is None:
        apps = _apps(tree)
        anchor = apps[0].path if apps else drivers.central(tree)
        home = _home(tree, anchor)
    else:
        chosen, home = named_app(tree, app)
        apps, anchor = (chosen,), chosen.path
    folder = (
        named_tests(tree, tests) if tests else roots.tests_folder(tree, home, anchor, settings(tree, home))
    )
    exists = folder in tree.folders or tree.is_folder(folder)
    config = settings(tree, folder if exists else parent(folder))
    places = list(dict.fromkeys([*ancestors(home), *ancestors(parent(config.path) if config else ".")]))
    declared = packages.declared(tree, places)
    versions, interpreter = packages.installed(tree, places)
    known = {**dict.fromkeys(sorted(declared), ""), **packages.locked(tree, places), **versions}
    found_drivers, orms = drivers.find(tree, declared, home)
    if driver:
        found_drivers = tuple(one for one in found_drivers if one.name == driver) or (Evidence(driver, ""),)
    existing = fixtures.visible(tree, folder, config.plugins() if config else ())
    fixtures.note_dead_loops(tree, folder)
    applications.note_left_out(tree, anything=bool(apps))
    return Project(
        root=str(tree.root),
        import_root=home,
        tests=folder,
        tests_exist=exists,
        apps=apps,
        drivers=found_drivers,
        orms=orms,
        sessions=sessions.find(tree, known, home),
        dependencies=dependencies.find(tree, home, orm=bool(orms)),
        pytest=running.configuration(
            tree, config, folder, declared=declared, installed=versions, fixtures=existing
        ),
        fixtures=existing,
        packages=known,
        interpreter=interpreter,
        notes=tuple(tree.notes),
    )


def _refuse_unknown(driver: str | None) -> None:
    if driver is not None and driver not in drivers.FAKED:
        listed = f"{', '.join(drivers.FAKED[:-1])} and {drivers.FAKED[-1]}"
        raise UsageError(f"unknown driver {driver!r}: there are fakes for {listed}")


def choose_app(project: Project) -> App | None:
    """The application to test, None where there is none.

    Raises:
        UsageError: several are equally plausible; the message names them and the flag that decides.
    """
    best = [one for one in project.apps if one.rank == project.apps[0].rank]
    if len(best) < 2:
        return best[0] if best else None
    shown = [(f"{one.module}:{one.attribute}", one.path, one.line) for one in best]
    raise UsageError(_ambiguous("applications", "--app", shown))


def choose_driver(project: Project) -> Evidence | None:
    """The driver to fake, None where there is none.

    Raises:
        UsageError: the code uses several; the message names them and the flag that decides.
    """
    if len(project.drivers) < 2:
        return project.drivers[0] if project.drivers else None
    shown = [(one.name, one.path, one.line) for one in project.drivers]
    raise UsageError(_ambiguous("drivers", "--driver", shown))


def _ambiguous(what: str, flag: str, candidates: Sequence[tuple[str, str, int]]) -> str:
    number = "two" if len(candidates) == 2 else str(len(candidates))
    listed = ", ".join(f"{name} ({path}:{line})" for name, path, line in candidates)
    return f"{number} {what} found: {listed}; say which: {flag} {candidates[0][0]}"


def _apps(tree: Tree) -> tuple[App, ...]:
    homes: dict[str, str] = {}
    made = []
    for candidate in applications.candidates(tree):
        path = candidate.found.path
        if path not in homes:
            homes[path] = _home(tree, path)
        made.append(candidate.found.app(module_name(path, homes[path]), candidate.rank))
    return tuple(made)


def _home(tree: Tree, anchor: str) -> str:
    """The import root of a file's package, the root itself where there is no file."""
    if not anchor:
        return "."
    places = list(ancestors(parent(anchor)))
    config = settings(tree, places[0])
    pythonpath = config.folders("pythonpath") if config else ()
    return roots.import_root(tree, anchor, packages.declared(tree, places), pythonpath)
