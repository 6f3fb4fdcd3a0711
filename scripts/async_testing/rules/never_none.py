"""An assert that something is not None which never is: an object just made, a length, a comparison.

## What it does

Looks for ``is not None`` of the result of ``len``, ``str``, ``sorted``, ``isinstance`` and the like, of a comparison,
of a status code or a mock's count, and of a variable that the test itself made by calling a class; there also for
``isinstance(made, ThatClass)``. Where it is the only assertion of a test that says it is about nothing being raised,
the making is what is tested, and it is left alone.

## Why is this bad

A call of a class gives an object of it or raises. The assertion can't fail.

## Example

```python
import pytest


class Service:
    async def run(self) -> int:
        return 1


@pytest.mark.asyncio
async def test_service_runs() -> None:
    service = Service()
    assert service is not None  # error
    assert isinstance(service, Service)  # error


@pytest.mark.asyncio
async def test_service_gives_two() -> None:
    assert (await Service().run() == 2) is not None  # error
```

## Use instead

```python
import pytest


class Service:
    async def run(self) -> int:
        return 1


@pytest.mark.asyncio
async def test_service_runs() -> None:
    assert await Service().run() == 1
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts.asserts import last_name, same
from async_testing.facts.scopes import Scope
from async_testing.facts.source import SourceFile
from async_testing.facts.workspace import Definition
from async_testing.rules import Hit, _claims

CODE = "AT531"
NEEDS = ("assert",)
FUNCTIONS = frozenset(
    {"len", "str", "repr", "list", "dict", "set", "tuple", "sorted", "int", "float", "bool", "isinstance"}
    | {"hasattr", "all", "any", "type", "id", "bytes", "frozenset"}
)
COUNTS = frozenset({"call_count", "await_count", "call_args_list", "mock_calls"})
_NO_ERROR = re.compile(
    r"without (any |an )?(error|exception|raising|fail)|n[o']t (raise|fail|throw)|no (error|exception)s?\b"
    r"|_(initiali[sz]es|instantiates|can_be_(made|created|instantiated))\b"
)
_RESPONSE = re.compile(r"resp|^res$|^r$|reply|answer|result")


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assert about what is never None."""
    if "typing" in source.path:
        return  # where a type checker is asked, not pytest
    for claim in _claims.of(source):
        if _is_about_making(source, claim):
            continue
        if claim.truth:
            yield from _own_class(source, claim)
            continue
        why = _why(source, claim.subject, claim.scope)
        if why and _claims.alone(claim):
            yield Hit(
                claim.where,
                f"{ast.unparse(claim.subject)[:60]} is never None: {why}",
                "assert what it should be",
            )


def _is_about_making(source: SourceFile, claim: _claims.Claim) -> bool:
    """Whether a test says that nothing being raised is its point, and asserts nothing but the claim."""
    if len(claim.scope.of(ast.Assert)) != 1 or not isinstance(claim.scope.node, ast.stmt):
        return False
    return bool(_NO_ERROR.search(source.segment(claim.scope.node).lower()))


def _own_class(source: SourceFile, claim: _claims.Claim) -> Iterator[Hit]:
    call = claim.subject
    if not isinstance(call, ast.Call) or source.called(call) != "isinstance" or len(call.args) != 2:
        return
    name, kind = call.args
    made = _claims.value(source, name, claim.scope)
    if not isinstance(name, ast.Name) or not isinstance(made, ast.Call) or not same(made.func, kind):
        return
    if _class(source, made) and _claims.alone(claim._replace(subject=name)):
        yield Hit(claim.where, f"the test made it by calling {ast.unparse(kind)[:60]}", "assert what it does")


def _why(source: SourceFile, subject: ast.expr, scope: Scope) -> str:
    """Why an expression is never None, empty where it may be."""
    if isinstance(subject, ast.Compare) or (
        isinstance(subject, ast.UnaryOp) and isinstance(subject.op, ast.Not)
    ):
        return "a comparison is true or false"
    if isinstance(subject, ast.JoinedStr | ast.List | ast.Dict | ast.Tuple | ast.Set):
        return "it is written right here"
    if isinstance(subject, ast.Attribute):
        if subject.attr == "status_code" and _RESPONSE.search(last_name(subject.value).lower()):
            return "it is a number"
        return "a mock keeps it always" if subject.attr in COUNTS else ""
    if isinstance(subject, ast.Call) and isinstance(subject.func, ast.Name) and subject.func.id in FUNCTIONS:
        return f"{subject.func.id}() always gives something"
    if isinstance(subject, ast.Name):
        made = _claims.value(source, subject, scope)
        if isinstance(made, ast.Call) and _class(source, made):
            return f"the test made it by calling {ast.unparse(made.func)[:60]}"
    return ""


def _class(source: SourceFile, call: ast.Call) -> Definition | None:
    """The plain class of the project that a call makes an object of, None where it may give anything else."""
    name = source.called(call)
    last = name.rpartition(".")[2].lstrip("_")
    if not last[:1].isupper():
        return None
    found = source.workspace.definition(source, name)
    if found is None or found.kind != "class" or found.scope.child("__new__") is not None:
        return None
    node = found.scope.node
    assert isinstance(node, ast.ClassDef)
    plain = not node.keywords and _is_data(found)
    return found if plain and not any("Enum" in found.source.dotted(one) for one in node.bases) else None


def _is_data(found: Definition) -> bool:
    node = found.scope.node
    assert isinstance(node, ast.ClassDef)
    names = [
        found.source.dotted(one.func if isinstance(one, ast.Call) else one) for one in node.decorator_list
    ]
    return all(name in ("dataclasses.dataclass", "typing.final", "attrs.define", "attr.s") for name in names)
