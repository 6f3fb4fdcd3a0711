"""Tests of routes: over HTTP, with what they depend on replaced."""

from __future__ import annotations

from typing import Any

from async_testing.subjects.model import Function
from async_testing.writing.answers import Answer
from async_testing.writing.applications import Application
from async_testing.writing.arranging import Arranger
from async_testing.writing.asking import Questions
from async_testing.writing.asserting import Asserter
from async_testing.writing.conventions import Conventions
from async_testing.writing.evaluating.callables import Func
from async_testing.writing.evaluating.fields import MISSING
from async_testing.writing.evaluating.forms import Form
from async_testing.writing.evaluating.limits import ValidationError
from async_testing.writing.evaluating.modules import Module
from async_testing.writing.evaluating.things import Cls, Obj, Opaque, Raised, Special, Unknown
from async_testing.writing.exploring import Done, compared, explore, looping
from async_testing.writing.memory import Memory
from async_testing.writing.model import Fixture, Helper, Import, Test
from async_testing.writing.naming import Names, circumstances, sentence, variable
from async_testing.writing.routes import Asked, Request, Route
from async_testing.writing.showing import Shower

CLIENT = "requests"
_HEADERS = frozenset({"content-length", "content-type", "date", "server"})


def client(conventions: Conventions) -> Helper:
    """The fixture that asks the application without its lifespan."""
    decorator = "@pytest.fixture" if conventions.mode == "anyio" else "@pytest_asyncio.fixture"
    module = "pytest" if conventions.mode == "anyio" else "pytest_asyncio"
    lines = (
        decorator,
        f"async def {CLIENT}(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:",
        '    """Requests to the app outside of its lifespan: what that opens is replaced in these tests."""',
        "    async with client_of(app) as client:",
        "        yield client",
    )
    imports = {
        Import(module, ""),
        Import("collections.abc", "AsyncIterator"),
        Import("fastapi", "FastAPI"),
        Import(conventions.clients, "client_of"),
        _http(conventions),
    }
    return Helper(lines, frozenset(imports))


def _http(conventions: Conventions) -> Import:
    if conventions.http == "httpx2":
        return Import("httpx2", "", "httpx", typing_only=True)
    return Import("httpx", "", typing_only=True)


def tests_of(
    module: Module,
    function: Function,
    application: Application,
    conventions: Conventions,
    names: Names,
    what: str,
) -> list[Test]:
    """The tests of one route.

    Raises:
        Unknown: nothing of it is known.
    """
    with looping():
        route = Route(module, function, application)
    texts, numbers, words = compared(module.source, [route.func.node])
    module.interpreter.words = words
    memory = Memory(module.interpreter, texts, numbers)
    memory.home, memory.subject = module, f"{module.dotted}.{function.name}"
    found: list[Test] = []
    reasons: list[str] = []
    for done in explore(module.interpreter, route.runner(), memory, most=12):
        if done.kind == "unknown" or done.slip:
            reasons.append(str(done.value))
            continue
        try:
            found.append(_Writer(done, conventions, names, what).test())
        except Unknown as unknown:
            reasons.append(str(unknown))
    if not found:
        raise Unknown(reasons[0] if reasons else "nothing of it is known")
    found += _refused(route, memory, conventions, names, what)
    return found


class _Writer:
    """Writes one test."""

    def __init__(self, done: Done, conventions: Conventions, names: Names, what: str) -> None:
        self.done = done
        self.asked: Asked = done.subject
        self.conventions = conventions
        self.names = names
        self.what = what
        self.shower = Shower(conventions)
        self.arranger = Arranger(self.shower, done)
        self.fixtures: list[Fixture] = [Fixture(CLIENT, "httpx.AsyncClient")]
        self.shower.imports.add(_http(conventions))

    def test(self) -> Test:
        """The test."""
        if self.asked is None:
            raise Unknown("it cannot be asked")
        self.arranger.fresh(CLIENT)
        self.arranger.holders()
        _replace(self.arranger, self.asked, self.fixtures, self.shower)
        asserter = Asserter(self.arranger, self.done)
        act, asserts = self._act(asserter)
        asserts += asserter.connections()
        asserts += Questions(asserter).all()
        self.fixtures += self.arranger.doubles.fixtures
        asserts += asserter.sessions()
        marks: tuple[str, ...] = ()
        if self.arranger.sessions:
            self.fixtures += [Fixture(name, "AsyncSession") for name, _ in self.arranger.sessions]
            self.shower.imports |= {Import("pytest", ""), Import("sqlalchemy.ext.asyncio", "AsyncSession")}
            marks = ("@pytest.mark.integration",) if self.conventions.integration else ()
        if any(line.startswith("with pytest.raises") for line in act):
            self.shower.imports.add(Import("pytest", ""))
        end = (
            f"is_{self.done.value.status}"
            if isinstance(self.done.value, Answer)
            else "lets_the_error_through"
        )
        around = circumstances(self.done)
        doc = sentence(self.done)
        if isinstance(self.done.value, Answer):
            doc = f"{around.replace('_', ' ') or 'Answers'}: {self.done.value.status}."
            doc = doc[:1].upper() + doc[1:]
        return Test(
            self.names.test(self.what, around, end),
            self.asked.function.name,
            doc,
            True,
            tuple(self.fixtures),
            tuple(self.arranger.lines),
            tuple(act),
            tuple(asserts),
            frozenset(self.shower.imports),
            marks=marks,
            is_plain=not self.done.chosen,
        )

    def _act(self, asserter: Asserter) -> tuple[list[str], list[str]]:
        call = request_of(self.asked.request, self.shower)
        if self.done.kind == "raised":
            kind, asserts = asserter.error(self.done.value)
            said = " as raised" if any("raised." in one for one in asserts) else ""
            return [f"with pytest.raises({kind}){said}:", f"    {call}"], asserts
        answer: Answer = self.done.value
        asserts = [f"assert response.status_code == {answer.status}"]
        if answer.body is MISSING:
            asserts.append("assert not response.content")
        elif isinstance(answer.body, bool | type(None)):
            asserts.append(f"assert response.json() is {answer.body!r}")
        else:
            asserts.append(f"assert response.json() == {self.shower.show(answer.body)}")
        for name, value in answer.headers.items():
            if isinstance(value, str) and name.lower() not in _HEADERS:
                asserts.append(
                    f"assert response.headers[{self.shower.text(name)}] == {self.shower.text(value)}"
                )
        return [f"response: httpx.Response = {call}"], asserts


def _replace(arranger: Arranger, asked: Asked, fixtures: list[Fixture], shower: Shower) -> None:
    """Override what the route depends on."""
    if not asked.replaced:
        return
    shower.imports |= {Import("collections.abc", "Callable"), Import("typing", "Any")}
    fixtures.append(Fixture("override_dependency", "Callable[[Any, Any], None]"))
    for one in asked.replaced:
        if isinstance(one.value, Obj) or (isinstance(one.value, list | dict) and one.value):
            arranger.variable(variable(one.name), one.value)
        key = _key(one.key, shower)
        arranger.lines.append(f"override_dependency({key}, lambda: {shower.show(one.value)})")


def _key(key: Any, shower: Shower) -> str:
    if isinstance(key, Cls):
        return shower.cls(key)
    if isinstance(key, Func) and "." not in key.name and key.frame is None:
        return shower.take(key.module.dotted, key.name)
    raise Unknown("a dependency cannot be named in a test")


def request_of(request: Request, shower: Shower) -> str:
    """The expression that sends a request."""
    parts = [shower.text(request.path)]
    for name in ("params", "json", "headers", "data"):
        value = getattr(request, name)
        if name == "json" and value is MISSING:
            continue
        if name != "json" and not value:
            continue
        if _is_opaque(value):
            raise Unknown("a part of the request is not known")
        parts.append(f"{name}={shower.show(value)}")
    if request.method == "delete" and request.json is not MISSING:
        return f"await {CLIENT}.request({', '.join([shower.text('DELETE'), *parts])})"
    return f"await {CLIENT}.{request.method}({', '.join(parts)})"


def _is_opaque(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_is_opaque, value.values()))
    if isinstance(value, list):
        return any(map(_is_opaque, value))
    return isinstance(value, Opaque | Special)


# What FastAPI refuses by itself


def _refused(route: Route, memory: Memory, conventions: Conventions, names: Names, what: str) -> list[Test]:
    """A request whose body lacks all that it must have, and one whose parameter in the path is none."""
    if route.application.may_change_refusals:
        return []
    found: list[Test] = []
    with looping():
        done = _plain(route, memory)
        if done is None:
            return []
        for request, problems, words in _wrong(route, done):
            try:
                found.append(_refusal(done, request, problems, conventions, names, f"{what}_{words}"))
            except Unknown:
                continue
    return found


def _plain(route: Route, memory: Memory) -> Done | None:
    from async_testing.writing.exploring import once

    done = once(route.interpreter, route.runner(), memory, {})
    return done if done.kind != "unknown" and done.subject is not None else None


def _wrong(route: Route, done: Done) -> list[tuple[Request, list[tuple[list[Any], str]], str]]:
    request: Request = done.subject.request
    found: list[tuple[Request, list[tuple[list[Any], str]], str]] = []
    node, frame = route.func.node, route.module.frame
    bodies = [one for one in route.given.values() if one.place == "body"]
    for one in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
        place = route.given[one.arg].place if one.arg in route.given else ""
        form = _form(route, one, frame)
        if place == "body" and len(bodies) == 1 and form.kind == "model" and request.json is not MISSING:
            problems = _lacking(route, form)
            if problems:
                found.append((request._replace(json={}), problems, "without_a_body_that_it_needs"))
        if place == "path" and form.kind in ("int", "uuid") and f"{{{one.arg}}}" in route.path:
            kind = "int_parsing" if form.kind == "int" else "uuid_parsing"
            path = _with(route, done, one.arg, "none")
            if path:
                found.append(
                    (request._replace(path=path), [(["path", one.arg], kind)], f"of_{one.arg}_that_is_none")
                )
            low = form.limits.get("ge")
            if form.kind == "int" and isinstance(low, int):
                path = _with(route, done, one.arg, str(low - 1))
                if path:
                    problems = [(["path", one.arg], "greater_than_equal")]
                    found.append((request._replace(path=path), problems, f"of_{one.arg}_too_small"))
    return found


def _form(route: Route, one: Any, frame: Any) -> Form:
    from async_testing.writing.evaluating.forms import form_of

    form = form_of(route.interpreter.annotation(one.annotation, frame))
    default = route.func.defaults.get(one.arg)
    return form.limited([default]) if default is not None else form


def _with(route: Route, done: Done, name: str, text: str) -> str:
    """The path with another text for one of its parameters."""
    for place, choice in done.attempt.memory.places.items():
        if choice == name:
            shown = str(place[1])
            parts = done.subject.request.path.split("/")
            if shown in parts:
                parts[parts.index(shown)] = text
                return "/".join(parts)
    return ""


def _lacking(route: Route, form: Form) -> list[tuple[list[Any], str]]:
    try:
        route.interpreter.restart()
        route.interpreter.construct(form.cls, [], {})
    except Raised as raised:
        if isinstance(raised.value, ValidationError):
            return [(["body", *where], kind) for where, kind in raised.value.problems]
    except Unknown:
        pass
    return []


def _refusal(
    done: Done,
    request: Request,
    problems: list[tuple[list[Any], str]],
    conventions: Conventions,
    names: Names,
    what: str,
) -> Test:
    shower = Shower(conventions)
    fixtures = [Fixture(CLIENT, "httpx.AsyncClient")]
    shower.imports.add(_http(conventions))
    blank = done._replace(attempt=_Nothing(done.attempt))  # type: ignore[arg-type]
    arranger = Arranger(shower, blank)
    asked = done.subject._replace(replaced=tuple(one._replace(value=None) for one in done.subject.replaced))
    _replace(arranger, asked, fixtures, shower)
    loc, kind, detail = map(shower.text, ("loc", "type", "detail"))
    shown = shower.show([(where, kind) for where, kind in problems])
    asserts = (
        "assert response.status_code == 422",
        f"assert [(one[{loc}], one[{kind}]) for one in response.json()[{detail}]] == {shown}",
    )
    return Test(
        names.test(what, "", "is_422"),
        done.subject.function.name,
        "What is wrong with the request is told, and nothing else is asked.",
        True,
        tuple(fixtures),
        tuple(arranger.lines),
        (f"response: httpx.Response = {request_of(request, shower)}",),
        asserts,
        frozenset(shower.imports),
    )


class _Nothing:
    """An attempt of which nothing is arranged."""

    def __init__(self, attempt: Any) -> None:
        self.holders: list[Any] = []
        self.injected = None
        self.scripted = attempt.scripted
