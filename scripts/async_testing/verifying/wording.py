"""A way that no test takes, in words, and a name for the test that would take it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from async_testing.verifying.decisions import Way

_LONGEST = 70


class Planned(NamedTuple):
    """A case that a plan of the module names."""

    subject: str
    path: str
    """``success``, ``error``, ``branch`` …"""
    line: int
    about: str
    name: str
    """Of the test."""


class Words(NamedTuple):
    """What is said of a way, before the plan is asked."""

    when: str
    """What has to be so for it to be taken, empty where there is nothing to say."""
    what: str
    """What it leads to, empty where that is not told."""
    never: str
    """``never provoked``, ``never false`` …"""


def never(node: ast.stmt, way: Way) -> Words:
    """Of a way out of a decision."""
    if isinstance(node, ast.Match):
        subject = _short(node.subject)
        if way.kind == "no case":
            return Words(f"{subject} is none of the cases", "", "never so")
        case = next(one for one in node.cases if one.body[0].lineno >= way.first)
        return Words(f"case {_short(case.pattern)}", _leads_to(case.body), "never so")
    if isinstance(node, ast.For | ast.AsyncFor):
        of = f"for {_short(node.target)} in {_short(node.iter)}"
        return Words(of, "", "never entered" if way.kind == "true" else "never comes to its end")
    test = node.test  # type: ignore[attr-defined]
    condition = _short(test)
    if way.kind == "true":
        return _provoked(condition, node.body, "true")  # type: ignore[attr-defined]
    orelse: Sequence[ast.stmt] = getattr(node, "orelse", [])
    if orelse and not isinstance(orelse[0], ast.If):
        return _provoked(_negated(test), orelse, "so")
    return Words(condition, "", "never false")


def otherwise(node: ast.stmt, rest: Sequence[ast.stmt]) -> Words:
    """Of what follows an ``if`` that always leads elsewhere."""
    return _provoked(_negated(node.test), rest, "so")  # type: ignore[attr-defined]


def never_caught(node: ast.ExceptHandler) -> Words:
    """Of a handler."""
    return _provoked(_short(node.type) if node.type else "an error", node.body, "raised")


def never_called(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Words:
    """Of a function."""
    return Words("", "", "never called")


def unreached(body: Sequence[ast.stmt], number: int) -> Words:
    """Of the rest of a block."""
    if number == 0:
        return Words("", _leads_to(body), "never reached")
    return Words(
        f"what follows line {body[number - 1].end_lineno}", _leads_to(body[number:]), "never reached"
    )


def _provoked(condition: str, body: Sequence[ast.stmt], otherwise: str) -> Words:
    what = _leads_to(body)
    return Words(condition, what, "never provoked" if what else f"never {otherwise}")


def _leads_to(body: Sequence[ast.stmt]) -> str:
    last = body[-1]
    if isinstance(last, ast.Raise) and last.exc is not None:
        return _raised(last.exc)
    if isinstance(last, ast.Raise):
        return "raised again"
    if isinstance(last, ast.Return):
        return f"return {_short(last.value, 40) if last.value else ''}".rstrip()
    return ""


def _raised(node: ast.expr) -> str:
    """The class of an error, with the status that it is given."""
    if not isinstance(node, ast.Call):
        return _short(node, 40)
    given = [*node.args[:1], *(one.value for one in node.keywords if one.arg == "status_code")]
    return f"{_short(node.func, 40)}{_status(given)}"


def _status(given: Iterable[ast.expr]) -> str:
    for one in given:
        text = ast.unparse(one)
        if match := re.search(r"HTTP_(\d{3})|^([45]\d\d)$", text):
            return f" {match[1] or match[2]}"
    return ""


def _negated(test: ast.expr) -> str:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _short(test.operand)
    shown = _short(test)
    return (
        f"not {shown}"
        if isinstance(test, ast.Name | ast.Attribute | ast.Call | ast.Await)
        else f"not ({shown})"
    )


def _short(node: ast.AST, longest: int = _LONGEST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def joined(said: Words, lines: tuple[int, int], subject: str, planned: Sequence[Planned]) -> tuple[str, str]:
    """The words of a gap and the name of the test that would close it, from the plan where that knows the way.

    Args:
        said: the words so far.
        lines: the lines that no test runs.
        subject: the function that they are in.
        planned: the cases of the module's plan.
    """
    first, last = lines
    if said.never == "never called":
        case = next((one for one in planned if one.subject == subject and one.path == "success"), None)
        return said.never, case.name if case else f"test_{_slug(subject.rpartition('.')[2])}"
    case = next(
        (one for one in planned if first <= one.line <= last and one.path in ("error", "branch")), None
    )
    what = said.what
    if case is not None and case.path == "error":
        what = _outcome(case.about) or what
    about = f"{said.when} -> {what}" if said.when and what else said.when or what
    words = [_slug(subject.rpartition(".")[2]), _slug(said.when or what)]
    name = case.name if case else "_".join(["test", *(one for one in words if one)])
    return f"{about} {said.never}".strip(), name


def _outcome(about: str) -> str:
    """What a planned error leads to: ``HTTPException 404 when …``, ``IntegrityError becomes Conflict 409, in …``."""
    head = about.partition(" when ")[0].partition(", in ")[0]
    if " becomes " in head:
        return head.partition(" becomes ")[2]
    return head if head != about and head[:1].isupper() else ""


def _slug(text: str) -> str:
    words = re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text).lower())
    return "_".join(words[:5])
