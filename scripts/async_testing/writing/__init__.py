"""Writes the first tests of a module: real ones, whose values and outcomes were worked out from its code alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from async_testing.writing.model import Helper, Test

if TYPE_CHECKING:
    from async_testing.facts.source import SourceFile
    from async_testing.subjects.model import Function, Plan
    from async_testing.writing.applications import Application
    from async_testing.writing.conventions import Conventions
    from async_testing.writing.evaluating.interpreter import Interpreter
    from async_testing.writing.evaluating.modules import Module
    from async_testing.writing.naming import Names

__all__ = ["tests_for"]


def tests_for(
    source: SourceFile, plan: Plan, conventions: Conventions, taken: set[str], *, exact: bool
) -> tuple[list[Helper], list[Test]]:
    """The tests of a module, and the fixtures that they need.

    Args:
        source: the module.
        plan: what is known of it.
        conventions: how the project writes tests.
        taken: names of tests that are there already.
        exact: whether whole texts of statements are compared.
    """
    from async_testing.subjects.wording import snake
    from async_testing.writing import calls, dtos, mappers, onimport, routers
    from async_testing.writing.evaluating.interpreter import Interpreter
    from async_testing.writing.evaluating.things import Raised, Unknown
    from async_testing.writing.naming import Names

    interpreter = Interpreter(source.workspace, conventions.import_root)
    interpreter.driver = conventions.driver
    interpreter.has_session = conventions.has_session
    conventions.interpreter = interpreter
    module = interpreter.module(source)
    names = Names(taken)
    reason = onimport.raised_on_import(module)
    if reason:
        return [], [calls.skipped(one.name, names, _what(one, plan), reason) for one in plan.functions]
    found: list[Test] = []
    application: Application | None = None
    helpers: list[Helper] = []
    for function in plan.functions:
        what = _what(function, plan)
        if function.route is not None:
            application = application or _application(interpreter, conventions)
            helpers = helpers or [routers.client(conventions)]
            found += _of_route(module, function, application, conventions, names, what)
            continue
        try:
            found += calls.tests_of(module, function, conventions, names, what, exact=exact)
        except (Unknown, Exception) as problem:
            found.append(calls.skipped(function.name, names, what, str(problem)))
    for model in plan.models:
        what = snake(model.name.replace(".", "_"))
        try:
            found += dtos.tests_of(module, model, conventions, names, what)
        except (Unknown, Raised, Exception) as problem:
            found.append(calls.skipped(model.name, names, what, str(problem)))
    found = [one if one.skip or _reads(one) else _unread(one, names) for one in found]
    return helpers, mappers.with_mappers(module, found)


def _reads(test: Test) -> bool:
    """Whether the lines of a test are Python; odd names of the project can make them something else."""
    import ast
    import textwrap

    lines = textwrap.indent("\n".join([*test.arrange, *test.act, *test.asserts]), "    ")
    try:
        ast.parse(f"async def test():\n{lines}\n")
    except SyntaxError:
        return False
    return True


def _unread(test: Test, names: Names) -> Test:
    from async_testing.writing import calls

    return calls.skipped(
        test.subject, names, test.name.removeprefix("test_"), "a name cannot be written in a test"
    )


def _application(interpreter: Interpreter, conventions: Conventions) -> Application:
    from async_testing.writing.applications import Application
    from async_testing.writing.exploring import looping

    with looping():
        return Application(interpreter, conventions)


def _of_route(
    module: Module,
    function: Function,
    application: Application,
    conventions: Conventions,
    names: Names,
    what: str,
) -> list[Test]:
    from async_testing.writing import calls, routers
    from async_testing.writing.evaluating.things import Unknown

    try:
        return routers.tests_of(module, function, application, conventions, names, what)
    except (Unknown, Exception) as problem:
        try:  # past the application, as a function
            found = calls.tests_of(module, function, conventions, names, what, exact=False)
        except (Unknown, Exception):
            found = []
        kept = [one for one in found if not one.skip]
        if kept and not isinstance(problem, Unknown):  # the application does not know the route
            return kept
        return [*kept, calls.skipped(function.name, names, f"{what}_through_the_application", str(problem))]


def _what(function: Function, plan: Plan) -> str:
    """How tests call a function: with its class where another one has such a method too."""
    from async_testing.subjects.wording import snake

    *above, name = function.name.split(".")
    same = [one for one in plan.functions if one.name.rpartition(".")[2] == name]
    if name.startswith("__") or len(same) > 1:
        return snake("_".join([*above[-1:], name.strip("_")]))
    return snake(name)
