"""How a route is asked in a test: the parts of its request, and what stands behind it."""

from __future__ import annotations

import ast
import re
import urllib.parse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from async_testing.writing.answers import Answers, returned_form
from async_testing.writing.applications import Application
from async_testing.writing.attempts import Attempt
from async_testing.writing.evaluating.callables import Coro, Func
from async_testing.writing.evaluating.fields import MISSING
from async_testing.writing.evaluating.forms import Form, form_of
from async_testing.writing.evaluating.limits import Refused
from async_testing.writing.evaluating.things import Meta, Obj, Raised, Recorder, Unknown
from async_testing.writing.middleware import Sent
from async_testing.writing.samples import Samples, guessed

if TYPE_CHECKING:
    from async_testing.subjects.model import Function
    from async_testing.writing.evaluating.modules import Module

_PLACEHOLDER = re.compile(r"\{(\w+)(?::\w+)?\}")


class Replaced(NamedTuple):
    """A dependency, and what stands for it."""

    key: Any
    value: Any
    name: str


class Request(NamedTuple):
    """What a test asks for."""

    method: str
    path: str
    params: dict[str, Any]
    json: Any
    headers: dict[str, Any]
    data: dict[str, Any]


class Asked(NamedTuple):
    """A route as it is asked."""

    function: Function
    request: Request
    replaced: tuple[Replaced, ...]
    func: Func
    returns: Form = Form("any")


def _is_of_library(error: Any) -> bool:
    """Whether an exception's class is one of another library, of which nothing but the name is known."""
    return bool(type(error).__dict__.get("evaluated_dotted"))


class Route:
    """A route and how it is mounted.

    Args:
        module: where it stands.
        function: its facts.
        application: the application around it.
    """

    def __init__(self, module: Module, function: Function, application: Application) -> None:
        self.module = module
        self.function = function
        self.application = application
        self.interpreter = module.interpreter
        func = module.get(function.name)
        if not isinstance(func, Func):
            raise Unknown("what the route is once decorated is not known")
        self.func: Func = func
        self.plain: Func = func
        """The function below its decorators, whose parameters are those of the request."""
        while isinstance(self.plain.fields.get("__wrapped__"), Func):
            self.plain = self.plain.fields["__wrapped__"]
        self.router, self.told = self._told()
        assert function.route is not None
        if self.told.maybe:
            raise Unknown("whether the application has the route is not known")
        mounted = application.mounted(self.router)
        own = self.told.get("path", 0, "")
        if not isinstance(own, str):
            raise Unknown("its path is not known")
        self.path = mounted[0] + own
        self.around: list[Any] = [*application.dependencies, *mounted[1]]
        self.around += self.told.kwargs.get("dependencies") or []
        self.answers = Answers(self.interpreter, self.told, func)
        self.samples = Samples()
        self.given = {one.name: one for one in function.route.given}

    def _told(self) -> tuple[Recorder, Meta]:
        node = self.plain.node
        for decorator in [] if isinstance(node, ast.Lambda) else node.decorator_list:
            on: ast.AST = decorator
            while isinstance(on, ast.Call | ast.Attribute):
                on = on.func if isinstance(on, ast.Call) else on.value
                if isinstance(on, ast.Name):
                    break
            if not isinstance(on, ast.Name):
                continue
            router = self.module.get(on.id)
            for told in router.told if isinstance(router, Recorder) else ():
                if told.kwargs.get("__function__") is self.func:
                    return router, told
        raise Unknown("the router of the route is not known")

    # Inputs

    def runner(self) -> Callable[[Attempt], tuple[Asked, Callable[[], Any]]]:
        """What makes the inputs of an attempt and asks."""

        def run_of(attempt: Attempt) -> tuple[Asked, Callable[[], Any]]:
            self.samples = attempt.memory.samples
            asked, kwargs, response = self._inputs(attempt)

            def run() -> Any:
                try:
                    found = self.interpreter.call(self.func, [], kwargs)
                    value = found.run() if isinstance(found, Coro) else found
                except Raised as raised:
                    answered = self.application.answer(raised.value, Sent())
                    if (
                        answered is None
                        and _is_of_library(raised.value)
                        and raised.value is not attempt.injected
                    ):
                        raise Unknown("whether an error becomes a response is not known") from None
                    if answered is None:
                        raise
                    return self.answers.of_response(answered, {})
                return self.answers.answered(value, response)

            return asked, run

        return run_of

    def _inputs(self, attempt: Attempt) -> tuple[Asked, dict[str, Any], Obj]:
        kwargs: dict[str, Any] = {}
        replaced: list[Replaced] = []
        values: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}, "form": {}}
        bodies: list[tuple[str, Any, bool]] = []
        response: Obj = self.interpreter.construct(self.interpreter.stub("fastapi").get("Response"), [], {})
        node, frame = self.plain.node, self.module.frame
        for one in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
            form = form_of(self.interpreter.annotation(one.annotation, frame))
            default = self.plain.defaults.get(one.arg, MISSING)
            metas = [*form.metas, *([default] if isinstance(default, Meta) else [])]
            form = form.limited([default]) if isinstance(default, Meta) else form
            depends = next((meta for meta in metas if meta.name in ("Depends", "Security")), None)
            if depends is not None:
                kwargs[one.arg] = self._dependency(attempt, one.arg, form, depends, replaced)
                continue
            place = self.given[one.arg].place if one.arg in self.given else "query"
            if place == "request":
                kwargs[one.arg] = self._of_request(form, response)
                continue
            optional = self.interpreter.default_of(default) is not MISSING
            if optional and attempt.pick(f"{one.arg}=", [(True, ""), (False, "default")]) is False:
                kwargs[one.arg] = self._default(form, default)
                continue
            kwargs[one.arg] = value = attempt.value(one.arg, form)
            self._place(one.arg, place, value, form, metas, values, bodies)
        for depends in self.around:
            self._around(attempt, depends, replaced)
        asked = Asked(self.function, self._request(values, bodies), tuple(replaced), self.func)
        return asked, kwargs, response

    def _default(self, form: Form, default: Any) -> Any:
        value = self.interpreter.default_of(default)
        try:
            return self.interpreter.checked(form, value) if value is not None else None
        except Refused:
            return value

    def _of_request(self, form: Form, response: Obj) -> Any:
        name = getattr(form.single.cls, "name", "")
        return response if name == "Response" else Recorder(Meta(name or "Request"))

    def _dependency(
        self, attempt: Attempt, name: str, form: Form, depends: Meta, replaced: list[Replaced]
    ) -> Any:
        key = depends.get("dependency", 0)
        plain = form.copy()
        plain.metas = []
        if key is None:
            key = form.single.cls
        for one in replaced:
            if one.key is key:
                return one.value
        if form.kind == "any" and isinstance(key, Func):
            plain = returned_form(key)
        value = attempt.value(name, plain)
        replaced.append(Replaced(key, value, name))
        return value

    def _around(self, attempt: Attempt, depends: Any, replaced: list[Replaced]) -> None:
        key = depends.get("dependency", 0) if isinstance(depends, Meta) else None
        if not isinstance(key, Func):
            raise Unknown("a dependency of the router cannot be replaced")
        if all(one.key is not key for one in replaced):
            replaced.append(Replaced(key, None, ""))

    def _place(
        self,
        name: str,
        place: str,
        value: Any,
        form: Form,
        metas: list[Meta],
        values: dict[str, dict[str, Any]],
        bodies: list[tuple[str, Any, bool]],
    ) -> None:
        """Put a value into the part of the request that it comes from."""
        alias = next((str(one.kwargs["alias"]) for one in metas if one.kwargs.get("alias")), name)
        if place == "body":
            embed = any(one.kwargs.get("embed") for one in metas)
            bodies.append((alias, self._plain(value), embed))
        elif place in values:
            if place == "header" and alias == name:
                alias = name.replace("_", "-")
            if isinstance(value, Obj):
                given = self._plain(value)
                values[place].update({key: one for key, one in given.items() if one is not None})
            elif value is not None:
                values[place][alias] = self._plain(value)
        else:
            raise Unknown(f"a parameter from the {place or 'request'} is not followed")

    def _plain(self, value: Any) -> Any:
        """A value as a client sends it: of a model what it was made with."""
        if isinstance(value, Obj) and value.cls.kind == "model":
            return {name: self._plain(one) for name, one in value.raw.items()}
        if isinstance(value, list | tuple):
            return [self._plain(one) for one in value]
        if isinstance(value, dict):
            return {name: self._plain(one) for name, one in value.items()}
        return self.interpreter.jsonable(value)

    def _request(self, values: dict[str, dict[str, Any]], bodies: list[tuple[str, Any, bool]]) -> Request:
        assert self.function.route is not None

        def filled(hole: re.Match[str]) -> str:
            if hole[1] not in values["path"]:  # a dependency's, which is replaced
                values["path"][hole[1]] = self.samples.value(f"path.{hole[1]}", guessed(hole[1]))
            return urllib.parse.quote(str(values["path"][hole[1]]), safe="")

        path = _PLACEHOLDER.sub(filled, self.path) or "/"
        if "{" in path:
            raise Unknown("its path is not known")
        json: Any = MISSING
        if len(bodies) == 1 and not bodies[0][2]:
            json = bodies[0][1]
        elif bodies:
            json = {name: value for name, value, _ in bodies}
        methods = self.function.route.methods
        return Request(methods[0].lower(), path, values["query"], json, values["header"], values["form"])
