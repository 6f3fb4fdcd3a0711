"""Attributes that a class's methods give its objects: ``self.users = UserRepository(session)``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_testing.writing.evaluating.forms import Form, form_of
from async_testing.writing.evaluating.things import Cls, External, Frame

if TYPE_CHECKING:
    from async_testing.writing.evaluating.interpreter import Interpreter

_MAKERS = ("async_sessionmaker", "sessionmaker")


def attribute_form(interpreter: Interpreter, cls: Cls, name: str) -> Form | None:
    """What an attribute of a class's objects holds, None where no method sets it or none says to what.

    Args:
        interpreter: reads the annotations and knows the classes that are called.
        cls: the class; those above it are looked through too.
        name: the attribute.
    """
    for one in cls.mro():
        if isinstance(one, Cls):
            frame = interpreter.inside(one, one.module)
            for method, node in _settings(one, one.written(name)):
                form = _form(interpreter, one, frame, method, node)
                if form is not None and form.kind not in ("any", "none"):
                    return form
    return None


def _settings(
    cls: Cls, name: str
) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, ast.Assign | ast.AnnAssign]]:
    """The statements that set an attribute of ``self``, each with its method."""
    for method in cls.node.body:
        if not isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) or not method.args.args:
            continue
        own = method.args.args[0].arg
        for node in ast.walk(method):
            if not isinstance(node, ast.Assign | ast.AnnAssign):
                continue
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if (
                isinstance(target, ast.Attribute)
                and target.attr == name
                and isinstance(target.value, ast.Name)
                and target.value.id == own
            ):
                yield method, node


def _form(
    interpreter: Interpreter,
    cls: Cls,
    frame: Frame,
    method: ast.FunctionDef | ast.AsyncFunctionDef,
    node: ast.Assign | ast.AnnAssign,
) -> Form | None:
    if isinstance(node, ast.AnnAssign):
        return form_of(interpreter.annotation(node.annotation, frame))
    value = node.value.value if isinstance(node.value, ast.Await) else node.value
    if isinstance(value, ast.Name):
        given = [*method.args.posonlyargs, *method.args.args, *method.args.kwonlyargs]
        said = next((one.annotation for one in given if one.arg == value.id), None)
        return form_of(interpreter.annotation(said, frame)) if said is not None else None
    if not isinstance(value, ast.Call):
        return None
    func = value.func
    on = func.value if isinstance(func, ast.Attribute) else None
    if isinstance(func, ast.Attribute) and isinstance(on, ast.Name) and on.id == method.args.args[0].arg:
        return _made_by(attribute_form(interpreter, cls, frame.mangled(func.attr)))
    made = interpreter.annotation(func, frame)
    if isinstance(made, External) and not made.name[:1].isupper():  # a function of a library's
        return Form("double")
    return form_of(made) if isinstance(made, Cls | External) else None


def _made_by(maker: Form | None) -> Form | None:
    """What calling an attribute gives: a factory of sessions, or a function that says what it returns."""
    if maker is None:
        return None
    if maker.kind == "callable":
        return maker.args[0] if maker.args else None
    if isinstance(maker.cls, External) and maker.cls.name in _MAKERS:
        return form_of(External("sqlalchemy.ext.asyncio.AsyncSession"))
    return None
