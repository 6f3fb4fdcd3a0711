"""plan.py --write: the first tests of a module, as a file."""

from __future__ import annotations

import os
import shlex
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from async_testing.finding import UsageError, unparsed

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile
    from async_testing.files import Text
    from async_testing.subjects.model import Plan
    from async_testing.writing.conventions import Conventions
    from async_testing.writing.model import Helper, Test

_DEEP = 6000
"""Python's own limit for nested calls while code is followed."""


def write(source: SourceFile, done: Plan, root: str, options: Namespace) -> int:
    """Write the tests of a module.

    Args:
        source: the module.
        done: its plan.
        root: the project's folder.
        options: ``append``, and ``exact_sql`` for whole texts of statements.

    Returns:
        The exit code: 0.

    Raises:
        UsageError: the file exists and ``append`` is not set, fakes or fixtures are missing, nothing is to be added.
    """
    from async_testing import files
    from async_testing.writing import appending, tests_for
    from async_testing.writing.conventions import Conventions
    from async_testing.writing.printing import Printer

    done = done._replace(test_file=_place(done, root, append=options.append))
    conventions = Conventions(root, done.test_file)
    shown = os.path.relpath(os.path.join(root, done.test_file))  # noqa: PTH118
    there = files.read(Path(root), done.test_file)
    if there is not None and not options.append:
        raise UsageError(
            f"{shown} exists: --append adds the tests that it lacks and leaves the rest as it is"
        )
    require(done, conventions, root)
    taken = _taken(there, shown)
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _DEEP))
    try:
        helpers, tests = tests_for(source, done, conventions, set(), exact=options.exact_sql)
    finally:
        sys.setrecursionlimit(before)
    printer = Printer(conventions)
    if there is None:
        text = printer.file(f"Tests for {source.path}.", helpers, tests)
        files.write(Path(root), {done.test_file: text.encode()}, {})
    else:
        is_ours = any(one.name in taken for one in tests)
        tests = [one for one in tests if one.name not in taken and (is_ours or _is_missing(one, done))]
        if not tests:
            raise UsageError(f"{shown} has them all: nothing to add")
        text = appending.appended(there.text, printer, helpers, tests, there.newline)
        files.write(Path(root), {}, {done.test_file: there.encoded(text)})
    _report(shown, helpers, tests, added=there is not None)
    return 0


def _place(done: Plan, root: str, *, append: bool) -> str:
    """The file of the module's name; that which has most of its tests where that one is to be added to."""
    from async_testing.planning import placing
    from async_testing.subjects import modules

    known, home = modules.tests(root)
    named = placing.test_file(done.path, done.layer, (), home, known)
    return done.test_file if append and not (Path(root) / named).exists() else named


def _taken(there: Text | None, shown: str) -> set[str]:
    from async_testing.writing import appending

    if there is None:
        return set()
    try:
        return appending.present(there.text)
    except SyntaxError as error:
        raise UsageError(f"{shown}:{error.lineno or 0}: {unparsed(error)}") from None


def _is_missing(test: Test, done: Plan) -> bool:
    """Whether a way like the test's has none yet: the file may hold tests that others wrote."""
    cases = [one for one in done.cases if one.subject == test.subject]
    if not any(one.covered for one in cases):
        return True
    if test.skip:
        return False
    failing = any("pytest.raises" in line for line in test.act)
    kinds = (
        {"error"}
        if failing
        else {"success"}
        if test.is_plain
        else {"branch", "transaction", "batch", "validation"}
    )
    return any(not one.covered for one in cases if one.path in kinds)


def require(done: Plan, conventions: Conventions, root: str) -> None:
    """Refuse a module whose tests need fakes or fixtures that the project has not."""
    what, *switches = _lacking(done, conventions)
    if not what:
        return
    if (Path(root) / conventions.project.tests / "conftest.py").exists():
        switches.append("--merge")
    script = os.path.join(os.path.dirname(sys.argv[0]), "scaffold.py")  # noqa: PTH118, PTH120
    command = shlex.join(["python", script, os.path.relpath(root), *switches])
    raise UsageError(f"the tests of {done.path} need {what}: run {command} first")


def _lacking(done: Plan, conventions: Conventions) -> tuple[str, ...]:
    """What is missing, and the switches of scaffold that bring it; an empty text where nothing is."""
    from async_testing.scaffolding.choices import SESSION_DRIVERS

    forms = {one.form for function in done.functions for one in function.statements}
    sessions = conventions.project.sessions
    is_real = sessions is not None and sessions.driver in SESSION_DRIVERS
    if "sqlalchemy" in forms and is_real and not conventions.has_session:
        return "sessions on a real database, since no fake stands for those", "--with-database"
    if forms - {"sqlalchemy"} and conventions.project.drivers and not conventions.driver:
        return ("fakes, and the project has none",)
    routes = [one.route for one in done.functions if one.route]
    if routes and not ("app" in conventions.fixtures and conventions.clients):
        return ("the fixture app and its client",)
    if any(one.dependency for route in routes for one in route.given) and (
        "override_dependency" not in conventions.fixtures
    ):
        return ("the fixture override_dependency",)
    return ("",)


def _report(shown: str, helpers: Sequence[Helper], tests: Sequence[Test], *, added: bool) -> None:
    skipped = [one for one in tests if one.skip]
    verb = "added to" if added else "written to"
    print(f"{len(tests)} tests {verb} {shown}" + (f", {len(skipped)} of them skipped:" if skipped else ""))
    for one in skipped[:10]:
        print(f"  {one.name}: {one.skip}")
    if len(skipped) > 10:
        print(f"  and {len(skipped) - 10} more")
    script = os.path.join(os.path.dirname(sys.argv[0]), "check.py")  # noqa: PTH118, PTH120
    print(
        f"next: python -m pytest {shlex.quote(shown)}, then {shlex.join(['python', script, shown, '--checklist'])}"
    )
