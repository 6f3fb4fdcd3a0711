"""An array of objects, one a finding."""

from __future__ import annotations

import json

from async_testing.formats import View

FIELDS = ("code", "name", "severity", "path", "line", "column", "end_line", "message", "instead", "fix")


def render(view: View) -> str:
    """The whole report."""
    found = [{name: getattr(one, name) for name in FIELDS} for one in view.everything]
    for one in found:
        one["path"] = view.shown(one["path"])
    return json.dumps(found, indent=2, ensure_ascii=True) + "\n"
