"""A finding with its source line, why it matters and what to write instead."""

from __future__ import annotations

from async_testing.finding import Finding
from async_testing.formats import View, concise

WIDTH = 100


def block(view: View, one: Finding, *, why: bool) -> list[str]:
    """The lines of one finding; ``why`` once a rule is enough."""
    lines = [concise.line(view, one)]
    source = view.line(one.path, one.line)
    if source.strip():
        lines += _source(one, source)
    if why and one not in view.problems:
        lines.append(f"  why: {view.about(one.code).summary}")
    return [*lines, f"  instead: {one.instead}"]


def _source(one: Finding, source: str) -> list[str]:
    """The line and what underlines it; what cannot be printed is a question mark, as wide."""
    plain = "".join(" " if char == "\t" else char if char.isprintable() else "?" for char in source)
    end = plain.find("  #", one.column)
    code = (plain if end < 0 else plain[:end]).rstrip()
    begin = max(one.column - 1, 0)
    cut = max(0, min(len(plain) - len(plain.lstrip()), begin))
    number = str(one.line)
    shown = plain[cut:].rstrip()
    if len(shown) > WIDTH:
        shown = shown[: WIDTH - 1] + "…"
    long = max(1, min(len(code) - begin, WIDTH - (begin - cut)))
    under = [] if begin - cut >= WIDTH else [f"{' ' * (len(number) + 2)} | {' ' * (begin - cut)}{'^' * long}"]
    return [f"  {number} | {shown}", *under]
