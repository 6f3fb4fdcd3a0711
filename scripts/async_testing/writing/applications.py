"""The application around the routes: under which paths they are mounted, and what it makes of errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from async_testing.writing.evaluating.callables import Func
from async_testing.writing.evaluating.things import Cls, External, Meta, Obj, Raised, Recorder, Unknown

if TYPE_CHECKING:
    from async_testing.writing.conventions import Conventions
    from async_testing.writing.evaluating.interpreter import Interpreter


class Application:
    """What the application says about its routes.

    Args:
        interpreter: evaluates the code.
        conventions: knows which application it is.
    """

    def __init__(self, interpreter: Interpreter, conventions: Conventions) -> None:
        self.interpreter = interpreter
        self.app: Recorder | None = None
        self.handlers: list[tuple[Any, Any]] = []
        self.dependencies: list[Any] = []
        for one in conventions.project.apps[:1]:
            try:
                self.app = self._made(one)
            except (Unknown, Raised, KeyError):
                self.app = None
        if self.app is not None:
            self._read(self.app)

    def _made(self, app: Any) -> Recorder | None:
        source = self.interpreter.workspace.source(app.path)
        if source is None:
            return None
        module = self.interpreter.module(source)
        value = module.get(app.attribute.partition(".")[0])
        if app.kind == "factory":
            value = self.interpreter.call(value, [], {})
        return value if isinstance(value, Recorder) else None

    def _read(self, app: Recorder) -> None:
        self.dependencies = [*(app.meta.kwargs.get("dependencies") or [])]
        handlers = app.meta.kwargs.get("exception_handlers")
        if isinstance(handlers, dict):
            self.handlers += [*handlers.items()]
        for told in app.told:
            if told.name == "add_exception_handler" and len(told.args) > 1:
                self.handlers.append((told.args[0], told.args[1]))
            elif told.name == "exception_handler" and told.args and "__function__" in told.kwargs:
                self.handlers.append((told.args[0], told.kwargs["__function__"]))

    def mounted(self, router: Recorder) -> tuple[str, list[Any]] | None:
        """The prefix under which a router is mounted and the dependencies on the way; None where it is not."""
        if self.app is None:
            return None
        return self._within(self.app, router, 6)

    def _within(self, outer: Recorder, router: Recorder, hops: int) -> tuple[str, list[Any]] | None:
        if outer is router:
            return _own(outer), [*(outer.meta.kwargs.get("dependencies") or [])]
        for told in outer.told if hops else ():
            if told.name != "include_router" or not told.args or not isinstance(told.args[0], Recorder):
                continue
            inner = self._within(told.args[0], router, hops - 1)
            if inner is not None:
                prefix = told.kwargs.get("prefix", "")
                if not isinstance(prefix, str):
                    raise Unknown("the prefix of a router is not known")
                own = [
                    *(outer.meta.kwargs.get("dependencies") or []),
                    *(told.kwargs.get("dependencies") or []),
                ]
                return _own(outer) + prefix + inner[0], [*own, *inner[1]]
        return None

    def answer(self, error: Any) -> Any:
        """The response that the application makes of an error; None where it lets it through."""
        if (
            isinstance(error, Obj)
            and error.cls.name == "HTTPException"
            and error.cls.module.source.path == "<fastapi>"
            and not any(self._is_http(kind) for kind, _ in self.handlers)
        ):
            return self._http(error)
        best: tuple[int, Any] | None = None
        for kind, handler in self.handlers:
            place = self._distance(error, kind)
            if place is not None and (best is None or place < best[0]):
                best = (place, handler)
        if best is None:
            if isinstance(error, Obj) and self._derives_http(error):
                return self._http(error)
            return None
        if not isinstance(best[1], Func):
            raise Unknown("what the application makes of the error is not known")
        found = self.interpreter.call(best[1], [Recorder(Meta("Request")), error], {})
        return self.interpreter.awaited(found) if best[1].is_async else found

    @staticmethod
    def _is_http(kind: Any) -> bool:
        return isinstance(kind, Cls) and kind.name == "HTTPException"

    @staticmethod
    def _derives_http(error: Obj) -> bool:
        return any(isinstance(one, Cls) and one.qualname == "HTTPException" for one in error.cls.mro())

    def _http(self, error: Obj) -> Obj:
        made = self.interpreter.stub("fastapi").get("JSONResponse")
        given = {
            "status_code": error.fields["status_code"],
            "content": {"detail": error.fields["detail"]},
            "headers": error.fields.get("headers"),
        }
        found: Obj = self.interpreter.construct(made, [], given)
        return found

    def _distance(self, error: Any, kind: Any) -> int | None:
        if isinstance(kind, int):
            status = (
                error.fields.get("status_code")
                if isinstance(error, Obj) and self._derives_http(error)
                else None
            )
            return 0 if status == kind else None
        order = error.cls.mro() if isinstance(error, Obj) else [*type(error).__mro__]
        for place, one in enumerate(order):
            if one is kind or (isinstance(one, External) and one == kind):
                return place
        return None


def _own(router: Recorder) -> str:
    prefix = router.meta.kwargs.get("prefix", "") if router.meta.name == "APIRouter" else ""
    if not isinstance(prefix, str):
        raise Unknown("the prefix of a router is not known")
    return prefix
