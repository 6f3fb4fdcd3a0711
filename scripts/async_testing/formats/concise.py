"""One line a finding: ``path:line:column: CODE name message``."""

from __future__ import annotations

from async_testing.finding import Finding
from async_testing.formats import View


def line(view: View, one: Finding) -> str:
    """A finding in one line."""
    return f"{view.shown(one.path)}:{one.line}:{one.column}: {one.code} {one.name} {one.message}{mark(one)}"


def mark(one: Finding) -> str:
    """What tells that ``--fix`` (or ``--unsafe-fixes``) mends it."""
    return "" if one.fix is None else " [fix]" if one.fix["safe"] is True else " [unsafe fix]"
