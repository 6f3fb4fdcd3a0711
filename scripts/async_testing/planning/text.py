"""A plan as text for people and agents: what is missing first, everything where it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_testing.subjects.cases import describe
from async_testing.subjects.model import Case, Function, Model, Plan

if TYPE_CHECKING:
    from async_testing.planning.survey import Survey

_WIDEST = 150


def head(plan: Plan) -> str:
    """What the module is, in one line."""
    missing = sum(1 for one in plan.cases if not one.covered)
    counts = [_count(len(plan.functions), "function"), _count(len(plan.models), "model")]
    what = ", ".join(one for one in counts if not one.startswith("0 "))
    return (
        f"{plan.path}: {plan.layer or 'no layer'}, {what}; {len(plan.cases)} paths, {missing} without a test"
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def short(plan: Plan) -> list[str]:
    """The paths without a test, under the function or model that they are of."""
    lines: list[str] = []
    missing: dict[str, list[Case]] = {}
    for one in plan.cases:
        if not one.covered:
            missing.setdefault(one.subject, []).append(one)
    named = {one.name: signature(one)[:_WIDEST] for one in plan.functions if one.name in missing}
    named |= {
        one.name: f"{one.name}  [model, line {one.line}]" for one in plan.models if one.name not in named
    }
    for subject, own in missing.items():
        lines.append(named[subject])
        lines += [f"  {one.name}: {one.about}"[:_WIDEST] if one.about else f"  {one.name}" for one in own]
    return lines


def signature(one: Function) -> str:
    """A function with its parameters, layer, kind and seam."""
    given = ", ".join(each.name for each in one.parameters)
    marks = [one.layer or "helper", *([one.kind] if one.kind != "async" else []), f"line {one.line}"]
    if one.seam:
        marks.append(one.seam)
    return f"{one.name}({given}){f' -> {one.returns}' if one.returns else ''}  [{', '.join(marks)}]"


def whole(plan: Plan) -> Iterator[str]:
    """Everything: facts of each function and model, and its paths with the tests that take them."""
    for one in plan.functions:
        yield signature(one)
        yield from (f"  {line}" for line in _facts(one))
        yield from _cases(plan, one.name)
    for model in plan.models:
        yield f"{model.name}({', '.join(model.bases)})  [model, line {model.line}]"
        yield from (f"  {line}" for line in _fields(model))
        yield from _cases(plan, model.name)


def _cases(plan: Plan, subject: str) -> Iterator[str]:
    for one in plan.cases:
        if one.subject == subject:
            yield f"  {_state(one)} {one.name}{f': {one.about}' if one.about else ''}"


def _state(one: Case) -> str:
    return f"tested by {one.covered}:" if one.covered else "missing"


def _facts(one: Function) -> Iterator[str]:
    if one.decorators:
        yield f"decorators: {', '.join(f'@{each}' for each in one.decorators)}"
    for each in one.parameters:
        if each.injected:
            yield f"injected: {each.name} by {each.injected}"
    if one.route is not None:
        route = one.route
        yield f"route: {' '.join(route.methods)} {route.path} -> {route.status} {route.response}".rstrip()
        for given in route.given:
            if given.place not in ("dependency", "request"):
                yield f"{given.place}: {given.name}: {given.annotation}{'' if given.required else ' (optional)'}"
        if route.dependencies:
            yield f"dependencies: {', '.join(route.dependencies)}"
        if route.auth:
            yield f"auth: {', '.join(route.auth)}"
        if route.statuses:
            yield f"other statuses: {', '.join(map(str, route.statuses))}"
    for statement in one.statements:
        via = f" via {statement.via}" if statement.via else ""
        yield f"statement, line {statement.line}{via}: {describe(statement)}"
    if one.calls:
        yield f"asks: {'; '.join(_asked(one))}"
    for collaborator in one.collaborators:
        kind = f": {collaborator.type}" if collaborator.type else ""
        yield f"works with {collaborator.name}{kind} ({collaborator.injected}): {', '.join(collaborator.calls)}"


def _asked(one: Function) -> Iterator[str]:
    for call in one.calls:
        marks = ["in a transaction"] if call.transaction else []
        marks += ["batch"] if call.batch else []
        marks += ["in a loop"] if call.loop else []
        yield f"{call.receiver}.{call.method}" + (f" ({', '.join(marks)})" if marks else "")


def _fields(model: Model) -> Iterator[str]:
    for one in model.fields:
        default = "" if one.required else f" = {one.default}"
        wrong = ", ".join(f"{value} ({why})" for why, value in one.invalid)
        taken = one.valid or "unknown, see its validator"
        yield f"{one.name}: {one.annotation}{default}; takes {taken}{f'; refuses {wrong}' if wrong else ''}"


PAGES = 2
"""References to read at once; what an agent loads is not free."""


def tail(plan: Plan) -> list[str]:
    """What is needed, where it is, what to read."""
    lines = []
    have = [f"{one.name} ({one.found})" for one in plan.needs if one.found]
    lack = [f"{one.name}, {one.why}" for one in plan.needs if not one.found]
    if have:
        lines.append(f"at hand: {'; '.join(have)}")
    if lack:
        lines.append(f"to make: {'; '.join(lack)}")
    if plan.references:
        pages = [one.path for one in plan.references]
        first = f"read: {' '.join(pages[:PAGES])}"
        later = [page.rpartition("/")[2] for page in pages[PAGES:]]
        lines.append(f"{first}; when it comes to it, {', '.join(later)}" if later else first)
    return lines


def project(survey: Survey) -> list[str]:
    """The table of a project, worst module first."""
    lines = [f"{'layer':<8} {'covered':>7} {'missing':>7}  module"]
    for one in survey.rows:
        lines.append(f"{one.layer or 'other':<8} {one.covered:>7} {one.uncovered:>7}  {one.path}")
    return lines


def totals(survey: Survey) -> list[str]:
    """The sums by layer."""
    from async_testing.planning.survey import by_layer

    said = [
        f"{layer} {covered}/{covered + uncovered} in {_count(modules, 'module')}"
        for layer, modules, covered, uncovered in by_layer(survey.rows)
    ]
    return [f"covered: {'; '.join(said)}"] if said else []
