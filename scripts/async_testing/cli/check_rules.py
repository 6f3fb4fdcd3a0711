"""What ``check.py --explain`` and ``--list-rules`` print."""

from __future__ import annotations

from argparse import Namespace

from async_testing.checking import own, rulebook
from async_testing.checking.selection import Known, find, unknown
from async_testing.rules import Rule


def every() -> list[Rule]:
    """Every rule there is, by code, those of the checker itself first."""
    return [*own.rules(), *rulebook.load()]


def known(rules: list[Rule]) -> list[Known]:
    """What a selection needs to know of rules."""
    return [Known(rule.code, rule.name, rule.status) for rule in rules]


def explain(options: Namespace) -> int:
    """Print the documentation of one rule."""
    rules = every()
    code = find(options.explain, known(rules))
    if not code:
        raise unknown(options.explain, known(rules))
    rule = next(rule for rule in rules if rule.code == code)
    if options.output_format == "json":
        import json

        print(json.dumps({**_parts(rule), "documentation": rule.documentation.strip()}, indent=2))
    else:
        print(f"# {rule.code} {rule.name} ({rule.status}, {rule.severity})\n\n{rule.documentation.strip()}")
    return 0


def listing(options: Namespace) -> int:
    """Print a line for each rule."""
    rules = every()
    if options.output_format == "json":
        import json

        print(json.dumps([_parts(rule) for rule in rules], indent=2))
        return 0
    from async_testing.formats.text import clipped

    wide = max(len(rule.name) for rule in rules)
    lines = [
        f"{rule.code} {rule.name:<{wide}} {'' if rule.status == 'stable' else f'({rule.status}) '}{rule.summary}"
        for rule in rules
    ]
    tail = [f"{len(rules)} rules; --explain RULE prints one"]
    print("\n".join([*(lines if options.all else clipped(lines, tail)), *tail]))
    return 0


def _parts(rule: Rule) -> dict[str, str]:
    return {
        "code": rule.code,
        "name": rule.name,
        "status": rule.status,
        "severity": rule.severity,
        "summary": rule.summary,
    }
