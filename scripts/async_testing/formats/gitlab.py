"""GitLab's code quality report."""

from __future__ import annotations

import json

from async_testing.formats import View

SEVERITIES = {"error": "major", "warning": "minor", "info": "info"}


def render(view: View) -> str:
    """The whole report."""
    marks = dict(zip(map(id, view.findings), view.fingerprints(), strict=True))
    found = [
        {
            "description": f"{one.code} {one.name}: {one.message}; instead: {one.instead}",
            "check_name": one.name,
            "fingerprint": marks.get(id(one)) or f"{one.code} {one.path}",
            "severity": SEVERITIES[one.severity] if id(one) in marks else "blocker",
            "location": {
                "path": view.shown(one.path),
                "lines": {"begin": one.line, "end": max(one.line, one.end_line)},
            },
        }
        for one in view.everything
    ]
    return json.dumps(found, indent=2, ensure_ascii=True) + "\n"
