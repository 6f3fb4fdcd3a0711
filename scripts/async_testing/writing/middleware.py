"""The layers around the routes: whether one of them makes a response of an error that nothing else handles."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from async_testing.writing.evaluating.callables import Coro, Func, Native
from async_testing.writing.evaluating.settingup import MIDDLEWARE
from async_testing.writing.evaluating.things import Cls, Frame, Opaque, Raised, Recorder, Special, Unknown

if TYPE_CHECKING:
    from async_testing.writing.evaluating.interpreter import Interpreter


class Sent(Special):
    """The request as handlers and layers see it; none of it is known, for layers may have changed it."""

    label = "the request"

    def attribute(self, name: str) -> Any:
        """What an attribute is."""
        if name in ("app", "state"):
            raise Unknown(f"what .{name} of the request is, is not known")
        return Opaque("the request")


class Layers:
    """The middleware of an application.

    Args:
        interpreter: evaluates the code.
        app: the application.
    """

    def __init__(self, interpreter: Interpreter, app: Recorder) -> None:
        self.interpreter = interpreter
        self.app = app

    def answer(self, error: Any, sent: Sent) -> Any:
        """The response that a layer makes of an error, None where it comes through. Raises: Unknown."""
        if MIDDLEWARE in self.app.unsure:
            raise Unknown(f"it is not known whether errors come through: {self.app.unsure[MIDDLEWARE]}")
        for told in self.app.told:  # the first that was added is the innermost
            layer = told.kwargs.get("__function__") if told.name == "middleware" else None
            if told.name == "add_middleware":
                layer = told.get("middleware_class", 0)
            if not isinstance(layer, Func | Cls) or not self._catches(layer, error):
                continue
            if not isinstance(layer, Func) or told.maybe:
                raise Unknown(f"what {layer.name} makes of the error is not known")
            try:
                return self._made_by(layer, error, sent)
            except Raised as raised:
                error = raised.value
        return None

    def _made_by(self, layer: Func, error: Any, sent: Sent) -> Any:
        def fails() -> Any:
            raise Raised(error)

        following = Native("call_next", lambda *_: Coro(fails))
        return self.interpreter.awaited(self.interpreter.call(layer, [sent, following], {}))

    def _catches(self, layer: Func | Cls, error: Any) -> bool:
        """Whether a handler in its code is for such errors, and does more than to raise them again."""
        frame = Frame(layer.module)
        for handler in _handlers(layer.node):
            last = handler.body[-1]
            if isinstance(last, ast.Raise) and last.exc is None:
                continue
            if handler.type is None:
                return True
            try:
                kind = self.interpreter.eval(handler.type, frame)
                if self.interpreter.is_instance(error, kind):
                    return True
            except Unknown:
                return True
        return False


def _handlers(node: ast.AST) -> Iterator[ast.ExceptHandler]:
    return (one for one in ast.walk(node) if isinstance(one, ast.ExceptHandler))
