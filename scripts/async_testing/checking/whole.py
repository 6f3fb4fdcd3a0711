"""The rules about a whole project: each of its modules once, with what all of its tests get to."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from async_testing.checking.engine import place, reason, set_of
from async_testing.checking.examined import Examined
from async_testing.facts.workspace import Workspace
from async_testing.finding import Finding
from async_testing.rules import Hit, Rule
from async_testing.subjects import reach


def run(
    root: str | os.PathLike[str], rules: Sequence[Rule], is_excluded: Callable[[str], bool]
) -> list[Examined]:
    """Ask the rules about modules about each module of a project.

    Args:
        root: the project's root, resolved.
        rules: those to ask; all others are passed over.
        is_excluded: whether a path is not to be looked at.
    """
    asked = [rule for rule in rules if rule.check_module]
    if not asked:
        return []
    workspace = Workspace(root)
    project, problems = reach.gather(workspace, is_excluded)
    failed = {path: _failed(path, message) for path, message in problems}
    return [failed.get(module.path) or _judged(module, project, asked) for module in project.modules]


def joined(examined: Sequence[Examined], more: Sequence[Examined]) -> list[Examined]:
    """What was found in files as tests and as modules, each file once."""
    found = {one.path: one for one in examined}
    for one in more:
        known = found.get(one.path)
        if known is not None:
            findings = tuple(sorted([*known.findings, *one.findings], key=place))
            one = known._replace(findings=findings, problem=known.problem or one.problem)
        found[one.path] = one
    return [*found.values()]


def _failed(path: str, message: str) -> Examined:
    line, _, said = message.removeprefix(f"{path}:").partition(": ")
    if not line.isdecimal():
        return Examined(path, (), message.removeprefix(path).lstrip(": "))
    return Examined(path, (), said, int(line))


def _judged(module: reach.Module, project: reach.Project, rules: Sequence[Rule]) -> Examined:
    found: list[Finding] = []
    problem = ""
    for rule in rules:
        check = rule.check_module
        try:
            found += [_finding(rule, hit, module.path) for hit in check(module, project)] if check else ()
        except Exception as error:  # a defect of a rule must not cost the user all other findings
            problem = problem or f"could not judge: rule {rule.code} failed ({reason(error)})"
    return Examined(module.path, tuple(sorted(set_of(found), key=place)), problem)


def _finding(rule: Rule, hit: Hit, path: str) -> Finding:
    line = hit.where if isinstance(hit.where, int) else hit.where.lineno
    return Finding(rule.code, rule.name, rule.severity, path, line, 1, line, hit.message, hit.instead)
