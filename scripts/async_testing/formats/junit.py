"""JUnit's XML: a failed test case for each finding, which every CI server can show."""

from __future__ import annotations

import re
from xml.sax.saxutils import quoteattr

from async_testing.finding import Finding
from async_testing.formats import View

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(view: View) -> str:
    """The whole report: a suite for each file with findings; without any, one passed case."""
    found = view.everything
    by_path: dict[str, list[Finding]] = {}
    for one in found:
        by_path.setdefault(one.path, []).append(one)
    sums = f'tests="{len(found) or 1}" failures="{len(view.findings)}" errors="{len(view.problems)}"'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="async-testing check" {sums}>']
    for path, those in by_path.items():
        errors = sum(one in view.problems for one in those)
        counts = f'tests="{len(those)}" failures="{len(those) - errors}" errors="{errors}"'
        lines.append(f"  <testsuite name={_attribute(view.shown(path))} {counts}>")
        lines += [_case(view, one) for one in those]
        lines.append("  </testsuite>")
    if not found:
        lines += [
            '  <testsuite name="async-testing check" tests="1" failures="0" errors="0">',
            f'    <testcase name="{view.files} files checked" classname="check"/>',
            "  </testsuite>",
        ]
    return "\n".join([*lines, "</testsuites>", ""])


def _case(view: View, one: Finding) -> str:
    path = view.shown(one.path)
    kind = "error" if one in view.problems else "failure"
    name = f"{one.code} {one.name} at line {one.line}"
    place = f'file={_attribute(path)} line="{one.line}"'
    said = f"{path}:{one.line}:{one.column}: {one.message}; instead: {one.instead}"
    return (
        f"    <testcase name={_attribute(name)} classname={_attribute(path)} {place}>"
        f"<{kind} type={_attribute(one.code)} message={_attribute(said)}/></testcase>"
    )


def _attribute(text: str) -> str:
    return quoteattr(_ILLEGAL.sub("\ufffd", text))
