"""Workflow commands: GitHub Actions shows them at the lines of a pull request."""

from __future__ import annotations

from async_testing.finding import Finding
from async_testing.formats import View

LEVELS = {"error": "error", "warning": "warning", "info": "notice"}


def render(view: View) -> str:
    """The whole report: a line for each finding."""
    return "".join(_command(view, one) + "\n" for one in view.everything)


def _command(view: View, one: Finding) -> str:
    parts = {
        "title": f"{one.code} {one.name}",
        "file": view.shown(one.path),
        "line": str(one.line),
        "col": str(one.column),
        "endLine": str(one.end_line),
    }
    given = ",".join(f"{name}={_property(value)}" for name, value in parts.items())
    return f"::{LEVELS[one.severity]} {given}::{_data(f'{one.message}; instead: {one.instead}')}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
