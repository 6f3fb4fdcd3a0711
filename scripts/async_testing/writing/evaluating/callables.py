"""What can be called or awaited among the values that evaluating a project's code works with."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from async_testing.writing.evaluating.things import Cls, Frame

if TYPE_CHECKING:
    from async_testing.writing.evaluating.modules import Module


class Coro:
    """Something to be awaited, not begun yet."""

    def __init__(self, run: Callable[[], Any]) -> None:
        self.run = run


class Func:
    """A function or lambda of the project.

    Args:
        node: its definition.
        module: where it stands.
        frame: the variables around it, None for those of the module.
        name: its name with those of the classes around it.
        call: runs it: given itself, the arguments and the keyword arguments.
    """

    def __init__(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
        module: Module,
        frame: Frame | None,
        name: str,
        call: Callable[[Func, list[Any], dict[str, Any]], Any],
    ) -> None:
        self.node = node
        self.module = module
        self.frame = frame
        self.name = name
        self.owner: Cls | None = None
        self.fields: dict[str, Any] = {}
        self.defaults: dict[str, Any] = {}
        self._call = call
        self.is_async = isinstance(node, ast.AsyncFunctionDef)
        self.is_generator = not isinstance(node, ast.Lambda) and any(_yields(node.body))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it."""
        return self._call(self, [*args], kwargs)

    def __deepcopy__(self, memo: object) -> Func:
        return self


def _yields(body: list[ast.stmt]) -> Iterator[bool]:
    waiting: list[ast.AST] = [*body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            yield True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


class Bound:
    """A function together with the object or class that it is called on."""

    def __init__(self, func: Any, on: Any) -> None:
        self.func = func
        self.on = on

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bound) and other.func is self.func and other.on is self.on

    def __hash__(self) -> int:
        return hash((id(self.func), id(self.on)))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it."""
        return self.func(self.on, *args, **kwargs)


class Native:
    """A function of this package that stands for one of a library; ``func`` is the one that it was made of."""

    def __init__(self, name: str, run: Callable[..., Any], func: Any = None) -> None:
        self.name = name
        self.run = run
        self.func = func

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it."""
        return self.run(*args, **kwargs)
