"""check as a hook of Claude Code: the file that was just edited, and what the agent should hear of it.

PostToolUse gives JSON on standard input, ``tool_input.file_path`` in it; exit code 2 gives standard error to the agent
(https://code.claude.com/docs/en/hooks).
"""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace

from async_testing.checking import discovery
from async_testing.finding import Finding, UsageError

SHOWN = 6


def run(options: Namespace) -> int:
    """Judge the edited file where it is one of tests; silent where there is nothing to say.

    Returns:
        0 for nothing to say, 2 with findings on standard error.

    Raises:
        UsageError: standard input is not what a hook is given.
    """
    path = _edited(sys.stdin.read())
    if not os.path.isfile(path):  # noqa: PTH113
        return 0
    root = os.path.realpath(options.root or discovery.root_of([path], os.getcwd()))  # noqa: PTH109
    if not discovery.is_of_tests(root, path, options.exclude or ()):
        return 0
    from async_testing.cli.check_run import outcome_of

    options.root, options.paths = root, [path]
    outcome = outcome_of(options)
    found = [*outcome.problems, *(one for one in outcome.findings if one.severity != "info")]
    if not found:
        return 0
    sys.stderr.write("\n".join([*map(_told, found[:SHOWN]), *_more(found, path)]) + "\n")
    return 2


def _edited(text: str) -> str:
    try:
        path = json.loads(text)["tool_input"]["file_path"]
    except (ValueError, KeyError, TypeError):
        raise UsageError(
            "--agent-hook reads what Claude Code gives a hook: JSON with tool_input.file_path on standard input"
        ) from None
    return path if isinstance(path, str) else ""


def _told(one: Finding) -> str:
    instead = f"; instead: {one.instead}" if one.instead else ""
    return f"{one.path}:{one.line}: {one.code} {one.message}{instead}"


def _more(found: list[Finding], path: str) -> list[str]:
    if len(found) <= SHOWN:
        return []
    return [f"{len(found) - SHOWN} more: python {sys.argv[0]} {path}"]
