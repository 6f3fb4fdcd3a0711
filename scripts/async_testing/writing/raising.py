"""Exceptions that what stands for others is told to raise."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from async_testing.writing.evaluating.callables import Func
from async_testing.writing.evaluating.forms import form_of
from async_testing.writing.evaluating.limits import ValidationError
from async_testing.writing.evaluating.things import Cls, Raised, Unknown

if TYPE_CHECKING:
    from async_testing.writing.attempts import Attempt


def errors(attempt: Attempt, what: str) -> list[tuple[Any, str]]:
    """Exceptions that a collaborator may raise: one of its own, and those that the code catches."""
    made: list[tuple[Any, str]] = []
    for kind in attempt.memory.interpreter.caught:
        found = exception_of(attempt, kind, what)
        if found is not None:
            made.append((found, f"raises_{_snake(_name(kind))}"))
    made.append((RuntimeError(f"{what.rpartition('.')[2].strip('_') or 'it'} failed"), "fails"))
    return made


def exception_of(attempt: Attempt, kind: Any, what: str) -> Any:
    """An exception of a class; None where it is not known how to make one."""
    from async_testing.writing.evaluating.errors import known_argument

    interpreter = attempt.interpreter
    if isinstance(kind, Cls):
        making = interpreter.lookup(kind, "__init__")
        func = making if isinstance(making, Func) else None
        try:
            given = _arguments(attempt, func, kind) if func is not None else [f"{kind.name} of {what}"]
            return interpreter.construct(kind, given, {})
        except (Raised, Unknown):
            return None
    if isinstance(kind, type) and issubclass(kind, BaseException):
        if kind in (Exception, BaseException, ValidationError):  # pydantic's needs more than a message
            return None
        known = known_argument(kind)
        if known is None:
            return None
        try:
            return kind(
                *(
                    ast.literal_eval(one) if not one.startswith("Exception") else Exception("refused")
                    for one in known
                )
            )
        except Exception:
            return None
    return None


def _arguments(attempt: Attempt, func: Func, kind: Cls) -> list[Any]:
    given: list[Any] = []
    node = func.node
    for one in node.args.args[1:]:
        if one.arg in func.defaults:
            break
        form = form_of(attempt.interpreter.annotation(one.annotation, func.module.frame))
        if one.arg in ("status_code", "status", "code") and form.kind in ("int", "any"):
            given.append(418)
        else:
            given.append(attempt.memory.samples.value(f"error {kind.name}.{one.arg}", form.single))
    return given


def _name(kind: Any) -> str:
    return kind.name if isinstance(kind, Cls) else str(kind.__name__)


def _snake(name: str) -> str:
    from async_testing.subjects.wording import snake

    return snake(name)
