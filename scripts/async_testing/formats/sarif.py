"""SARIF 2.1.0, with the rules' documentation and fingerprints that survive moved lines."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from async_testing.finding import Finding
from async_testing.formats import About, View

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "info": "note"}
ROOT = "%SRCROOT%"


def render(view: View) -> str:
    """The whole report."""
    codes = sorted({one.code for one in view.findings})
    places = {code: index for index, code in enumerate(codes)}
    marks = view.fingerprints()
    pairs = sorted(zip(view.findings, marks, strict=True), key=lambda pair: _place(pair[0]))
    results = [_result(one, mark, places[one.code]) for one, mark in pairs]
    driver = {
        "name": "async-testing check",
        "version": view.version,
        "semanticVersion": view.version,
        "rules": [_rule(view.about(code)) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [
            {
                "executionSuccessful": not view.problems,
                "toolExecutionNotifications": [_notification(one) for one in view.problems],
            }
        ],
        "originalUriBaseIds": {ROOT: {"description": {"text": "The project's folder."}}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _place(one: Finding) -> tuple[str, int, int, str]:
    return one.path, one.line, one.column, one.code


def _rule(one: About) -> dict[str, Any]:
    return {
        "id": one.code,
        "name": "".join(word.capitalize() for word in one.name.split("-")),
        "shortDescription": {"text": one.summary},
        "fullDescription": {"text": one.summary},
        "help": {"text": one.documentation, "markdown": one.documentation},
        "defaultConfiguration": {"level": LEVELS[one.severity]},
        "properties": {"tags": ["async", "tests", one.name]},
    }


def _result(one: Finding, mark: str, index: int) -> dict[str, Any]:
    region = {"startLine": one.line, "startColumn": one.column, "endLine": max(one.line, one.end_line)}
    result: dict[str, Any] = {
        "ruleId": one.code,
        "ruleIndex": index,
        "level": LEVELS[one.severity],
        "message": {"text": f"{one.message}. Instead: {one.instead}"},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(one), "region": region}}],
        "partialFingerprints": {"asyncTestingFinding/v1": mark},
    }
    if one.fix:
        result["fixes"] = [_fix(one, one.fix)]
    return result


def _fix(one: Finding, fix: dict[str, Any]) -> dict[str, Any]:
    replacements = [
        {
            "deletedRegion": {"charOffset": edit["start"], "charLength": edit["end"] - edit["start"]},
            "insertedContent": {"text": edit["text"]},
        }
        for edit in fix["edits"]
    ]
    safe = "" if fix["safe"] else " (may change what the test means)"
    return {
        "description": {"text": f"{fix['title']}{safe}"},
        "artifactChanges": [{"artifactLocation": _artifact(one), "replacements": replacements}],
    }


def _artifact(one: Finding) -> dict[str, str]:
    return {"uri": quote(one.path, errors="replace"), "uriBaseId": ROOT}


def _notification(one: Finding) -> dict[str, Any]:
    where = {"physicalLocation": {"artifactLocation": _artifact(one), "region": {"startLine": one.line}}}
    return {
        "level": "error",
        "descriptor": {"id": one.code},
        "message": {"text": f"{one.path}: {one.message}"},
        "locations": [where],
    }
