"""Which tests a module deserves: a case for every way through its code, named ``test_<what>_<scenario>``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from async_testing.subjects import errors
from async_testing.subjects.model import Case, Function, Mapping, Model, Raise, Statement
from async_testing.subjects.wording import last, slug, snake

_VERBS = {
    "SELECT": "selects",
    "INSERT": "inserts",
    "UPDATE": "updates",
    "DELETE": "deletes",
    "MERGE": "merges",
    "CALL": "calls",
    "COPY": "copies",
}
_WRITES = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE"})
_TRIVIAL = frozenset({"type", "none"})


_COMMON = frozenset(
    {"when", "of", "no", "raises", "returns", "to", "and", "is", "not", "given", "none", "on", "with"}
)


class Draft(NamedTuple):
    """A case, and what a test of it would show."""

    case: Case
    exception: str = ""
    status: int | None = None
    hints: frozenset[str] = frozenset()
    """Words of which some would be in its name."""
    needs: str = ""
    """A name that it has to mention."""


def _hints(scenario: str) -> frozenset[str]:
    """The words of a scenario that tell it from others."""
    return frozenset(scenario.split("_")) - _COMMON


Drafting = Callable[[str, str, int, str], Draft]
_UNAUTHORIZED = frozenset({"auth", "token", "unauthorized", "credentials", "401", "caller"})


def of_module(functions: Sequence[Function], models: Sequence[Model]) -> list[Draft]:
    """The cases of a module, in its order, each name once."""
    plain = Counter(last(one.name) for one in functions)
    drafts: list[Draft] = []
    seen: set[str] = set()
    failing = _failing(functions)
    for one in functions:
        what = snake(last(one.name)).strip("_")
        if plain[last(one.name)] > 1 or what in ("call", "aenter", "aexit"):
            what = f"{snake(one.name.rpartition('.')[0].rpartition('.')[2])}_{what}".strip("_")
        wrapped = one.seam if one.seam.startswith("__wrapped__") and one.seam not in seen else ""
        seen.add(one.seam)
        drafts += _of_function(one, what, wrapped)
        if one.name in failing:
            name, call = failing[one.name]
            about = f"an error of {name}.{call} becomes a response"
            case = Case(f"test_{what}_when_{slug(name)}_fails", one.name, "error", one.line, about, "")
            drafts.append(Draft(case, hints=frozenset(["fails", "error", slug(name)])))
    for model in models:
        drafts += of_model(model)
    return _each_once(drafts)


def _each_once(drafts: Iterable[Draft]) -> list[Draft]:
    found: list[Draft] = []
    names: Counter[str] = Counter()
    for one in drafts:
        names[one.case.name] += 1
        number = names[one.case.name]
        case = one.case if number == 1 else one.case._replace(name=f"{one.case.name}_{number}")
        found.append(one._replace(case=case))
    return found


def _of_function(one: Function, what: str, wrapped: str) -> Iterator[Draft]:
    def draft(scenario: str, path: str, line: int, about: str) -> Draft:
        name = f"test_{what}_{scenario}".rstrip("_")
        return Draft(Case(name, one.name, path, line, about, ""), hints=_hints(scenario))

    scenario, about = _success(one)
    yield draft(scenario, "success", one.line, about)
    if one.route is not None:
        yield from _of_route(one, draft)
    for each in one.raises:
        made = draft(*_raised(each, one))
        yield made._replace(exception=errors.class_of(each.exception), status=each.status)
    for mapping in one.mappings:
        yield _mapped(mapping, draft)
    for branch in one.branches:
        if branch.ends == "raise" or branch.kind in ("while", "either") or not branch.slug:
            continue
        if branch.kind == "outcome":
            yield draft(branch.slug, "branch", branch.line, f"not {branch.condition}")
            continue
        if branch.kind == "for":
            yield draft(f"of_no_{branch.slug}", "branch", branch.line, f"nothing in {branch.condition}")
        else:
            said = f"{branch.condition}" if branch.kind != "case" else f"case {branch.condition}"
            yield draft(_when(branch.slug)[1:], "branch", branch.line, said)
    yield from _of_transactions(one, draft)
    if wrapped:
        name = wrapped.partition("@")[2]
        yield draft(
            f"through_{snake(last(name))}", "decorator", one.line, f"called as users do, through @{name}"
        )
    partial = [call for each in one.collaborators for call in each.calls]
    if one.layer == "service" and len(partial) > 1 and not one.mappings:
        failing = one.collaborators[-1]
        yield draft(
            f"when_{slug(last(failing.calls[-1]) or failing.name)}_fails",
            "error",
            one.line,
            f"{failing.name} fails after what came before it is done",
        )


def _success(one: Function) -> tuple[str, str]:
    if one.route is not None:
        answer = f"{' or '.join(one.route.methods)} {one.route.path} answers {one.route.status}"
        body = one.route.response
        return f"returns_{one.route.status}", answer + (f" with {body}" if body not in ("", "None") else "")
    told = [each for each in one.statements if each.verb]
    returned = f"; returns {one.returns}" if one.returns not in ("", "None") else ""
    if told:
        done = list(dict.fromkeys(_done(each) for each in told))
        said = "; ".join(describe(each) for each in told)
        return "_and_".join(done[:2]), said + returned
    if one.collaborators:
        names = [slug(each.name.removeprefix("self."), 3) for each in one.collaborators]
        asked = ", ".join(f"{each.name}.{call}" for each in one.collaborators for call in each.calls)
        return f"asks_{'_and_'.join(names[:2])}", f"asks {asked}{returned}"
    if one.calls:
        asked = ", ".join(dict.fromkeys(f"{each.receiver}.{each.method}" for each in one.calls))
        return f"{slug(one.calls[-1].method, 2)}s", f"asks {asked}{returned}"
    return ("returns" if one.returns not in ("", "None") else "succeeds"), returned.removeprefix("; ")


def _done(one: Statement) -> str:
    table = snake(last(one.tables[0])) if one.tables else ""
    return slug(f"{_VERBS.get(one.verb, one.verb.lower())} {table}", 4)


def describe(one: Statement) -> str:
    """A statement in one line: verb, tables, columns with what they get or are compared with."""
    parts = [f"{one.verb or 'statement'} {', '.join(one.tables)}".rstrip()]
    if not one.verb:
        return one.text
    for clause in ("values", "set", "where", "limit", "offset"):
        bound = [each for each in one.columns if each.clause == clause]
        if not bound:
            continue
        said = ", ".join(f"{each.column} {each.operator} {each.value}".strip() for each in bound)
        parts.append(f"{'' if clause == 'values' else clause + ' '}{said}")
    return " ".join(parts) + ("" if one.complete else " (in part)")


def _raised(each: Raise, one: Function) -> tuple[str, str, int, str]:
    name = errors.class_of(each.exception)
    said = str(each.status) if each.status else snake(name)
    verb = "returns" if one.route is not None and each.status else "raises"
    when = _when(each.slug)
    about = f"{name}{f' {each.status}' if each.status else ''}" + (
        f" when {each.condition}" if each.condition else ""
    )
    return f"{verb}_{said}{when}", "error", each.line, about + (f", in {each.via}" if each.via else "")


def _when(words: str) -> str:
    """A condition as the end of a test's name."""
    if not words:
        return ""
    return f"_{words}" if words.startswith(("without_", "unless_", "case_")) else f"_when_{words}"


def _mapped(mapping: Mapping, draft: Drafting) -> Draft:
    caught = snake(last(mapping.catches[0])) if mapping.catches else "error"
    names = ", ".join(mapping.catches)
    inside = f", in {mapping.via}" if mapping.via else ""
    exception = errors.class_of(mapping.raises) if mapping.outcome == "raises" else ""
    if mapping.outcome == "raises":
        scenario = f"maps_{caught}_to_{mapping.status or snake(exception)}"
        about = f"{names} becomes {mapping.raises}{f' {mapping.status}' if mapping.status else ''}{inside}"
    elif mapping.outcome == "reraised":
        scenario, about = f"passes_on_{caught}", f"{names} is passed on after the handler ran{inside}"
        exception = last(mapping.catches[0])
    elif mapping.outcome == "returns":
        scenario = f"returns_{slug(mapping.raises, 2)}_on_{caught}"
        about = f"{names} becomes the result {mapping.raises}{inside}"
    else:
        scenario, about = f"survives_{caught}", f"{names} ends nothing{inside}"
    made = draft(scenario, "error", mapping.line, about)
    return made._replace(exception=exception, status=mapping.status, needs=last(mapping.catches[0]))


def _of_route(one: Function, draft: Drafting) -> Iterator[Draft]:
    route = one.route
    assert route is not None
    checked = [
        each
        for each in route.given
        if each.place in ("path", "query", "body", "form") and each.annotation not in ("str", "")
    ]
    if 422 in route.statuses and checked:
        first = next((each for each in checked if each.place == "body"), checked[0])
        about = f"{first.place} {first.name}: {first.annotation} does not fit"
        made = draft(f"returns_422_for_invalid_{slug(first.name)}", "validation", one.line, about)
        yield made._replace(status=422)
    if route.auth:
        about = f"without credentials, {', '.join(route.auth)} in place"
        made = draft("requires_credentials", "auth", one.line, about)
        yield made._replace(status=401, hints=_UNAUTHORIZED)


def _failing(functions: Sequence[Function]) -> dict[str, tuple[str, str]]:
    """By route the first call of each dependency: one test of a module shows what becomes of its errors."""
    found: dict[str, tuple[str, str]] = {}
    seen: set[str] = set()
    for one in functions:
        for each in one.collaborators if one.route else ():
            if each.injected.startswith("argument") and each.type not in seen and one.name not in found:
                seen.add(each.type)
                found[one.name] = each.name, each.calls[0]
    return found


def _of_transactions(one: Function, draft: Drafting) -> Iterator[Draft]:
    inside = [each for each in one.calls if each.transaction and each.statement is not None]
    writes = [each for each in inside if one.statements[each.statement or 0].verb in _WRITES]
    if writes:
        about = f"what it writes is committed by {writes[0].transaction}"
        yield draft("commits", "transaction", writes[0].line, about)
    if len(inside) > 1 and writes:
        about = "nothing stays when the last statement fails"
        yield draft("rolls_back", "transaction", inside[-1].line, about)
    batch = next((each for each in one.calls if each.batch), None)
    if batch is not None:
        about = f"number and content of the sets that {batch.method} is given"
        yield draft("sends_every_item", "batch", batch.line, about)


def of_model(model: Model) -> Iterator[Draft]:
    """The cases of a model: what it takes, each bound, each validator."""
    what = "_".join(snake(one) for one in model.name.split("."))

    def draft(scenario: str, path: str, about: str) -> Draft:
        hints = _hints(scenario) - {"refuses", "accepts"}
        case = Case(f"test_{what}_{scenario}", model.name, path, model.line, about, "")
        return Draft(case, "ValidationError" if path == "validation" else "", None, hints)

    known = [f"{one.name}={one.valid or '?'}" for one in model.fields if one.required]
    yield draft("accepts_valid_values", "success", ", ".join(known) or "nothing is required")
    plain = [one for one in model.fields if one.required]
    if plain:
        yield draft("refuses_missing_fields", "validation", f"without {', '.join(one.name for one in plain)}")
    for one in model.fields:
        bounds = [(wrong, value) for wrong, value in one.invalid if wrong not in _TRIVIAL]
        if bounds:
            said = ", ".join(f"{value} ({wrong})" for wrong, value in bounds)
            yield draft(f"refuses_{snake(one.name)}", "validation", f"{one.name}: {said}")
        for name in one.validators:
            yield draft(
                f"refuses_{snake(one.name)}_by_{slug(name, 4)}",
                "validation",
                f"{one.name} is looked at by {name}",
            )
    for name in model.validators:
        yield draft(f"checks_{slug(name, 5)}", "validation", f"the whole is looked at by {name}")
    if model.extra == "forbid":
        yield draft("refuses_unknown_fields", "validation", "a field that it does not have")
