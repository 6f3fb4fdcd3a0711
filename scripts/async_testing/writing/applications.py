"""The application around the routes: under which paths they are mounted, and what it makes of errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from async_testing.writing.evaluating.callables import Func
from async_testing.writing.evaluating.settingup import HANDLERS, MIDDLEWARE, ROUTES
from async_testing.writing.evaluating.strangers import Thing
from async_testing.writing.evaluating.things import Cls, External, Meta, Obj, Raised, Recorder, Unknown
from async_testing.writing.middleware import Layers, Sent

if TYPE_CHECKING:
    from async_testing.writing.conventions import Conventions
    from async_testing.writing.evaluating.interpreter import Interpreter

_REFUSALS = frozenset({"RequestValidationError", "ValidationException"})


class Application:
    """What the application says about its routes.

    Args:
        interpreter: evaluates the code.
        conventions: knows which application it is.
    """

    def __init__(self, interpreter: Interpreter, conventions: Conventions) -> None:
        self.interpreter = interpreter
        self.app: Recorder | None = None
        self.why = "there is none"
        """Why it is not known, where it is not."""
        self.handlers: list[tuple[Any, Any, bool]] = []
        """The class or status, the function, and whether it may not be there."""
        self.dependencies: list[Any] = []
        for one in conventions.project.apps[:1]:
            try:
                self.app = self._made(one)
            except (Unknown, KeyError) as problem:
                self.why = str(problem)
            except Raised as raised:
                self.why = f"{type(raised.value).__name__} is raised"
        if self.app is not None:
            self._read(self.app)

    def _made(self, app: Any) -> Recorder | None:
        source = self.interpreter.workspace.source(app.path)
        if source is None:
            return None
        self.interpreter.restart()
        module = self.interpreter.module(source)
        with self.interpreter.importing():
            value = module.get(app.attribute.partition(".")[0])
            if app.kind == "factory":
                value = self.interpreter.call(value, [], {})
        if isinstance(value, Recorder):
            return value
        self.why = value.why if isinstance(value, Thing) else f"what {app.attribute} is, is not known"
        return None

    def _read(self, app: Recorder) -> None:
        given = app.meta.kwargs
        for name, aspect in (("exception_handlers", HANDLERS), ("middleware", MIDDLEWARE)):
            if isinstance(given.get(name), Thing):
                app.unsure.setdefault(aspect, given[name].why)
        self.dependencies = _dependencies(app)
        handlers = given.get("exception_handlers")
        if isinstance(handlers, dict):
            self.handlers += [(kind, handler, False) for kind, handler in handlers.items()]
        for told in app.told:
            if told.name == "add_exception_handler" and len(told.args) > 1:
                self.handlers.append((told.args[0], told.args[1], told.maybe))
            elif told.name == "exception_handler" and told.args and "__function__" in told.kwargs:
                self.handlers.append((told.args[0], told.kwargs["__function__"], told.maybe))
        # the layer around all others answers, and raises the error again: a test sees it raised
        self.handlers = [one for one in self.handlers if one[0] not in (Exception, 500)]

    @property
    def may_change_refusals(self) -> bool:
        """Whether it may answer otherwise than FastAPI does where a request is not as it has to be."""
        if self.app is None or HANDLERS in self.app.unsure:
            return True
        return any(
            isinstance(kind, Thing) or bool(_REFUSALS & {*_names(kind)}) for kind, _, _ in self.handlers
        )

    def mounted(self, router: Recorder) -> tuple[str, list[Any]]:
        """The prefix under which a router is mounted and the dependencies on the way.

        Raises:
            Unknown: it is not, or that cannot be told.
        """
        if self.app is None:
            raise Unknown(f"the application is not known: {self.why}")
        found = self._within(self.app, router, 6)
        if found is None:
            unsure = self.app.unsure.get(ROUTES)
            said = f"it is not known which routers the application has: {unsure}"
            raise Unknown(said if unsure else "the application that is tested has no such route")
        return found

    def _within(self, outer: Recorder, router: Recorder, hops: int) -> tuple[str, list[Any]] | None:
        if outer is router:
            return _own(outer), _dependencies(outer)
        for told in outer.told if hops else ():
            if told.name != "include_router":
                continue
            given = told.get("router", 0)
            inner = self._within(given, router, hops - 1) if isinstance(given, Recorder) else None
            if inner is None:
                continue
            prefix = told.kwargs.get("prefix", "")
            if not isinstance(prefix, str):
                why = f": {prefix.why}" if isinstance(prefix, Thing) else ""
                raise Unknown(f"the prefix of a router is not known{why}")
            if told.maybe:
                raise Unknown("whether the application has its router is not known")
            own = [*_dependencies(outer), *_given(told)]
            return _own(outer) + prefix + inner[0], [*own, *inner[1]]
        return None

    def answer(self, error: Any, sent: Sent) -> Any:
        """The response that the application makes of an error; None where it lets it through.

        Args:
            error: what the route raises.
            sent: the request.

        Raises:
            Unknown: that cannot be told.
        """
        with self.interpreter.importing():  # layers use what it asks for as well: no test may replace that
            return self._answer(error, sent)

    def _answer(self, error: Any, sent: Sent) -> Any:
        app = self.app
        if app is None or HANDLERS in app.unsure:
            raise Unknown("what the application makes of errors is not known")
        handler = self._handler(error)
        if handler is None:
            if isinstance(error, Obj) and _derives_http(error):
                return self._http(error)
            return Layers(self.interpreter, app).answer(error, sent)
        if not isinstance(handler, Func):
            raise Unknown("what the application makes of the error is not known")
        found = self.interpreter.call(handler, [sent, error], {})
        return self.interpreter.awaited(found) if handler.is_async else found

    def _handler(self, error: Any) -> Any:
        best: tuple[int, Any, bool] | None = None
        for kind, handler, maybe in self.handlers:
            if isinstance(kind, Thing):
                raise Unknown("what the application makes of errors is not known")
            place = self._distance(error, kind)
            if place is not None and (best is None or place <= best[0]):
                best = (place, handler, maybe or (best is not None and best[2]))
        if best is None:
            return None
        if best[2]:
            raise Unknown("whether the application handles the error is not known")
        return best[1]

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
            http = isinstance(error, Obj) and _derives_http(error)
            return 0 if http and error.fields.get("status_code") == kind else None
        order = error.cls.mro() if isinstance(error, Obj) else [*type(error).__mro__]
        for place, one in enumerate(order):
            if one is kind or (isinstance(one, External) and one == kind):
                return place + 1
        return None


def _names(kind: Any) -> list[str]:
    """The names of an exception's class, whatever stands for it."""
    return [str(getattr(kind, one)) for one in ("name", "__name__") if hasattr(kind, one)]


def _derives_http(error: Obj) -> bool:
    return any(
        isinstance(one, Cls)
        and one.name == "HTTPException"
        and one.module.source.path == "<starlette.exceptions>"
        for one in error.cls.mro()
    )


def _given(told: Meta) -> list[Any]:
    found = told.kwargs.get("dependencies") or []
    return [*found] if isinstance(found, list | tuple) else [found]


def _dependencies(router: Recorder) -> list[Any]:
    return _given(router.meta)


def _own(router: Recorder) -> str:
    prefix = router.meta.kwargs.get("prefix", "") if router.meta.name == "APIRouter" else ""
    if not isinstance(prefix, str):
        raise Unknown("the prefix of a router is not known")
    return prefix
