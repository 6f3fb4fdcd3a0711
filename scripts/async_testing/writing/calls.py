"""Tests of functions that are called as they are: DAOs, services, helpers."""

from __future__ import annotations

from async_testing.subjects.model import Function
from async_testing.writing.arranging import Arranger
from async_testing.writing.asking import Questions
from async_testing.writing.asserting import Asserter
from async_testing.writing.conventions import Conventions
from async_testing.writing.evaluating.modules import Module
from async_testing.writing.evaluating.things import Unknown
from async_testing.writing.exploring import Done, compared, explore
from async_testing.writing.memory import Memory
from async_testing.writing.model import Fixture, Import, Test
from async_testing.writing.naming import Names, circumstances, ending, sentence
from async_testing.writing.showing import Shower
from async_testing.writing.subjects import run_of

_REASONS = 3
"""Ways of a function that are skipped with a reason of their own beside its tests."""


def tests_of(
    module: Module, function: Function, conventions: Conventions, names: Names, what: str, *, exact: bool
) -> list[Test]:
    """The tests of one function.

    Args:
        module: where it stands.
        function: its facts.
        conventions: how the project writes tests.
        names: the names that are taken.
        what: how the tests call it.
        exact: whether whole texts of statements are compared.
    """
    interpreter = module.interpreter
    scope = next((one for one in module.source.functions if one.node.lineno == function.line), None)  # type: ignore[union-attr]
    nodes = [scope.node] if scope is not None else []
    texts, numbers, words = compared(module.source, [*nodes])
    interpreter.words = words
    memory = Memory(interpreter, texts, numbers)
    memory.home, memory.subject = module, f"{module.dotted}.{function.name}"
    found: list[Test] = []
    reasons: dict[str, Done] = {}
    for done in explore(interpreter, run_of(module, function), memory):
        if done.kind == "unknown" or done.slip:
            slipped = f"what it needs is not known ({type(done.value).__name__}: {done.value})"
            reasons.setdefault(slipped if done.slip else str(done.value), done)
            continue
        try:
            found.append(_test(done, conventions, names, what, exact=exact))
        except Unknown as unknown:
            if not done.chosen:
                reasons.setdefault(str(unknown), done)
    if not found:
        reason = next(iter(reasons), "nothing of it is known")
        found.append(skipped(function.name, names, what, reason))
        return found
    for reason, done in [*reasons.items()][:_REASONS]:
        if done.chosen and reason in interpreter.told:
            continue
        if done.chosen or not any(one.is_plain or "_returns_" in one.name for one in found):
            interpreter.told.add(reason)
            found.append(skipped(function.name, names, f"{what}_{circumstances(done)}", reason))
    return found


def skipped(subject: str, names: Names, what: str, reason: str) -> Test:
    """A test that says why it is none."""
    name = names.test(what, "", "does_what_it_says")
    act = ("pass  # arrange, call, and assert here what parsing cannot tell",)
    return Test(name, subject, "To be written by hand.", False, act=act, skip=reason)


def _test(done: Done, conventions: Conventions, names: Names, what: str, *, exact: bool) -> Test:
    shower = Shower(conventions)
    arranger = Arranger(shower, done)
    asserter = Asserter(arranger, done, exact=exact)
    subject = done.subject
    if subject is None:
        raise Unknown(f"it cannot be called: {type(done.value).__name__}")
    arranger.holders()
    call = arranger.call()
    is_async = subject.func.is_async
    if subject.managed:
        call = f"{'async with' if is_async else 'with'} {call}"
    elif subject.func.is_generator:
        call = f"[one async for one in {call}]" if is_async else f"[*{call}]"
    elif is_async:
        call = f"await {call}"
    act, asserts = _act(done, arranger, asserter, call)
    asserts += asserter.connections()
    asserts += Questions(asserter).all()
    asserts += asserter.sessions()
    if arranger.sessions:
        shower.imports |= {Import("pytest", ""), Import("sqlalchemy.ext.asyncio", "AsyncSession")}
    if not asserts:
        raise Unknown("it has no effect that a test could see")
    if any(line.startswith("with pytest.raises") for line in act):
        shower.imports.add(Import("pytest", ""))
    name = names.test(what, circumstances(done), ending(done))
    return Test(
        name,
        subject.function.name,
        sentence(done),
        is_async or bool(arranger.sessions),
        (
            *(Fixture(one, "AsyncSession") for one, _ in arranger.sessions),
            *arranger.doubles.fixtures,
        ),
        marks=("@pytest.mark.integration",) if arranger.sessions and conventions.integration else (),
        arrange=tuple(arranger.lines),
        act=tuple(act),
        asserts=tuple(asserts),
        imports=frozenset(shower.imports),
        is_plain=not done.chosen,
    )


def _managed(done: Done, asserter: Asserter, call: str) -> tuple[list[str], list[str]]:
    """A context manager that is entered, and the block fails where the attempt says so."""
    failing = done.attempt.chosen.get("block!", 0)
    body = "raise error" if failing else "pass"
    if done.kind == "raised":
        kind, asserts = asserter.error(done.value)
        said = " as raised" if any("raised." in one for one in asserts) else ""
        return [f"with pytest.raises({kind}){said}:", f"    {call}:", f"        {body}"], asserts
    within = [f"    {line}" for line in asserter.within()] if not failing else []
    return [f"{call} as result:", *(within or [f"    {body}"])], asserter.result(done.value)


def _act(done: Done, arranger: Arranger, asserter: Asserter, call: str) -> tuple[list[str], list[str]]:
    if done.subject.managed:
        return _managed(done, asserter, call)
    if done.kind == "raised":
        kind, asserts = asserter.error(done.value)
        said = " as raised" if any("raised." in one for one in asserts) else ""
        return [f"with pytest.raises({kind}){said}:", f"    {call}"], asserts
    has_effects = bool(
        arranger.connections or arranger.collaborators or arranger.functions or arranger.doubles.tops
    )
    if done.value is None and (done.subject.returns.kind == "none" and has_effects):
        return [call], []
    asserts = asserter.result(done.value)
    return [f"result: {arranger.type_of(done.value)} = {call}"], asserts
