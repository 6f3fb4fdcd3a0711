"""Setting an application up while modules are imported: what cannot be followed there is passed over, and noted."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Any, TypeGuard

from async_testing.writing.evaluating.callables import Func
from async_testing.writing.evaluating.statements import Broken, Continued, Returned, Steps
from async_testing.writing.evaluating.strangers import Thing
from async_testing.writing.evaluating.things import External, Frame, Raised, Recorder, Unknown
from async_testing.writing.evaluating.trying import Trying

ROUTES, HANDLERS, MIDDLEWARE = "routes", "handlers", "middleware"
_FRAMEWORK = frozenset({"FastAPI", "APIRouter", "Starlette", "Router", "Litestar"})
_VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "api_route", "websocket")
_ASPECTS = {
    **dict.fromkeys(("include_router", "mount", "add_api_route", "add_route", *_VERBS), ROUTES),
    **dict.fromkeys(("exception_handler", "add_exception_handler"), HANDLERS),
    **dict.fromkeys(("middleware", "add_middleware"), MIDDLEWARE),
}
_ERRORS = ("exception", "error", "handler", "problem")


class SettingUp(Trying):
    """Runs functions that make an application, and statements of modules about one."""

    def _is_lenient(self, frame: Frame) -> bool:
        return not self.is_acting and (frame.sets_up or any(map(_is_app, frame.names.values())))

    def run_function(self, func: Func, frame: Frame) -> Any:
        """What a function gives once its arguments are bound."""
        frame.sets_up = not self.is_acting and _makes_app(func.node)
        return super().run_function(func, frame)

    def block(self, body: Iterable[ast.stmt], frame: Frame) -> Steps:
        """Run statements, yielding where they do."""
        for node in body:
            if not self._is_lenient(frame):
                yield from super().block([node], frame)
                continue
            if frame.may_have_left and isinstance(node, ast.Return) and node.value is not None:
                raise Unknown("which application is made is not known")
            self.doubt += frame.may_have_left
            try:
                yield from super().block([node], frame)
            except (Unknown, Raised) as problem:
                if isinstance(node, ast.Return) or (isinstance(problem, Raised) and self.caught):
                    raise
                self._pass_over(node, frame, _reason(problem))
            finally:
                self.doubt -= frame.may_have_left

    def do_If(self, node: ast.If, frame: Frame) -> Steps:
        """``if …: … else: …``; both ways, each in doubt, where the condition is not known."""
        try:
            holds = self.test(node.test, frame)
        except Unknown as unknown:
            if not self._is_lenient(frame):
                raise
            for way in (node.body, node.orelse):
                yield from self._in_doubt(way, frame)
            self._forget([*node.body, *node.orelse], frame, str(unknown))
            return
        yield from self.block(node.body if holds else node.orelse, frame)

    def _in_doubt(self, way: list[ast.stmt], frame: Frame) -> Steps:
        self.doubt += 1
        before = frame.may_have_left
        frame.may_have_left = False
        try:
            yield from self.block(way, frame)
            frame.may_have_left |= before
        except (Returned, Broken, Continued):
            frame.may_have_left = True
        finally:
            self.doubt -= 1

    def of_Call(self, node: ast.Call, frame: Frame) -> Any:
        """``a(b, *c, d=e, **f)``; an application is told what is known of it."""
        if not self._is_lenient(frame) or not self._is_about_app(node, frame):
            return super().of_Call(node, frame)
        func = self.eval(node.func, frame)
        args = [self._as_known(one, frame) for one in node.args]
        kwargs = {one.arg: self._as_known(one.value, frame) for one in node.keywords if one.arg}
        return self.call(func, args, kwargs)

    def _is_about_app(self, node: ast.Call, frame: Frame) -> bool:
        if any(isinstance(one, ast.Starred) for one in node.args) or not all(
            one.arg for one in node.keywords
        ):
            return False
        on = node.func
        if isinstance(on, ast.Attribute) and isinstance(on.value, ast.Name):
            return _is_app(_held(on.value.id, frame)) and on.attr in _ASPECTS
        if not isinstance(on, ast.Name):
            return False
        found = self.eval(on, frame)
        return isinstance(found, External) and found.name in _FRAMEWORK

    def _as_known(self, node: ast.expr, frame: Frame) -> Any:
        try:
            return self.eval(node, frame)
        except Unknown as unknown:
            return Thing(ast.unparse(node)[:40], str(unknown))

    def _pass_over(self, node: ast.stmt, frame: Frame, why: str) -> None:
        """What a statement does that cannot be followed: its names are nothing that is known."""
        self._forget([node], frame, why)
        for app, aspect in self._touched(node, frame):
            app.unsure.setdefault(aspect, why)

    def _forget(self, nodes: list[ast.stmt], frame: Frame, why: str) -> None:
        for node in nodes:
            for name in {*_bound(node), *_changed(node)}:
                is_kept = _is_app(frame.names[name]) if name in frame.names else name not in {*_bound(node)}
                if not is_kept:
                    frame.names[name] = Thing(name, why)

    def _touched(self, node: ast.stmt, frame: Frame) -> Iterator[tuple[Recorder, str]]:
        """The applications that a statement is about, and what it may change of them."""
        told = set[int]()
        for call in ast.walk(node):
            if not isinstance(call, ast.Call):
                continue
            on = call.func
            if isinstance(on, ast.Attribute) and isinstance(on.value, ast.Name):
                app = _held(on.value.id, frame)
                if _is_app(app):
                    told.add(id(on.value))
                    if on.attr in _ASPECTS:
                        yield app, _ASPECTS[on.attr]
                    continue
            for one in [*call.args, *(each.value for each in call.keywords)]:
                app = _held(one.id, frame) if isinstance(one, ast.Name) else None
                if _is_app(app):
                    told.add(id(one))
                    yield from ((app, aspect) for aspect in self._aspects(call, frame))
        for name in ast.walk(node):
            app = _held(name.id, frame) if isinstance(name, ast.Name) and id(name) not in told else None
            if _is_app(app) and not _is_attribute_set(node):
                yield from ((app, aspect) for aspect in (ROUTES, HANDLERS, MIDDLEWARE))

    def _aspects(self, call: ast.Call, frame: Frame) -> tuple[str, ...]:
        """What a function that is given an application may change of it; one of a library leaves the routes."""
        dotted = frame.module.source.dotted(call.func)
        root = dotted.partition(".")[0]
        if not root or frame.module.interpreter.module_of(frame.module.source, root) is not None:
            return (ROUTES, HANDLERS, MIDDLEWARE)
        if any(one in dotted.rpartition(".")[2].lower() for one in _ERRORS):
            return (HANDLERS, MIDDLEWARE)
        return (MIDDLEWARE,)


def _is_app(value: Any) -> TypeGuard[Recorder]:
    return isinstance(value, Recorder) and value.meta.name in _FRAMEWORK


def _held(name: str, frame: Frame) -> Any:
    found = frame.find(name)
    return found.names[name] if found is not None else frame.module.frame.names.get(name)


def _makes_app(node: Any) -> bool:
    if isinstance(node, ast.Lambda):
        return False
    if node.returns is not None and ast.unparse(node.returns).rpartition(".")[2] in _FRAMEWORK:
        return True
    calls = (one.func for one in ast.walk(node) if isinstance(one, ast.Call))
    return any(ast.unparse(one).rpartition(".")[2] in _FRAMEWORK for one in calls)


def _bound(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
            yield one.id
        elif isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield one.name
        elif isinstance(one, ast.alias):
            yield one.asname or one.name.partition(".")[0]


def _changed(node: ast.AST) -> Iterator[str]:
    """Names of what a method is called on, or a part of which is set."""
    for one in ast.walk(node):
        on: ast.AST | None = None
        if isinstance(one, ast.Expr) and isinstance(one.value, ast.Call):
            on = one.value.func.value if isinstance(one.value.func, ast.Attribute) else None
        elif isinstance(one, ast.Attribute | ast.Subscript) and not isinstance(one.ctx, ast.Load):
            on = one.value
        if isinstance(on, ast.Name):
            yield on.id


def _is_attribute_set(node: ast.stmt) -> bool:
    """Whether it sets something like ``app.state.pool``, which no route is told by."""
    return isinstance(node, ast.Assign) and all(isinstance(one, ast.Attribute) for one in node.targets)


def _reason(problem: Unknown | Raised) -> str:
    return str(problem) if isinstance(problem, Unknown) else f"{type(problem.value).__name__} is raised"
