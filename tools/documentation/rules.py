"""references/rules.md: a table of the rules for each family, made from the docstrings of their modules.

The modules are parsed, not imported, so that any copy of the bundle can be held.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import NamedTuple

from documentation.blocks import Problem

FOLDER = "scripts/async_testing/rules"
PAGE = "references/rules.md"
FAMILIES = {
    "1": "Awaiting: coroutines and tasks that nobody waits for",
    "2": "Running: what pytest does not collect, or runs otherwise than meant",
    "3": "Mocks that prove nothing",
    "4": "Applications, clients and overrides",
    "5": "Assertions that cannot fail",
    "6": "State, time and waiting",
    "7": "SQL and connections",
    "8": "The checklist, asked for by `--checklist`",
    "9": "Markers and the configuration",
}
HEAD = """\
# Rules

**Load when** `scripts/check.py` reports a code, or you look for the rule that finds a defect.

| status | asked |
|---|---|
| stable | always |
| preview | with `--preview`: it is wrong more often |
| checklist | with `--checklist`: habits that a team agrees on, no bugs |
| seed | with `--checklist=seed` |

One rule with its examples and what to write instead; `scripts/check.py --list-rules` lists all:

```bash
SKILL_DIR="<absolute folder of this skill>"; python3 "$SKILL_DIR/scripts/check.py" --explain missing-asyncio-mark
```
"""
_SENTENCE = re.compile(r".+?[.!?](?=\s+[A-Z`\"]|\s*$)", re.DOTALL)


class Rule(NamedTuple):
    """What the page says about a rule."""

    code: str
    name: str
    status: str
    summary: str
    why: str


def rules(root: Path) -> list[Rule]:
    """The rules of a bundle, by code. Raises Problem where a module has no code or no documentation."""
    paths = sorted((root / FOLDER).glob("[!_]*.py"))
    return sorted(_rule(path) for path in paths)


def _rule(path: Path) -> Rule:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    documentation = (ast.get_docstring(tree) or "").strip()
    why = documentation.partition("## Why is this bad\n")[2].partition("\n## ")[0].strip()
    if "CODE" not in constants or not why:
        raise Problem(f"{FOLDER}/{path.name}: a rule needs CODE and a docstring with its sections")
    return Rule(
        str(constants["CODE"]),
        path.stem.replace("_", "-"),
        str(constants.get("STATUS", "stable")),
        documentation.partition("\n")[0],
        _first(why),
    )


def _first(text: str) -> str:
    """The first sentence of a text, on one line."""
    found = _SENTENCE.match(text)
    return " ".join((found[0] if found else text).split())


def page(root: Path) -> str:
    """What the page has to be."""
    found = rules(root)
    parts = [HEAD]
    for family in sorted({rule.code[2] for rule in found}):
        rows = "".join(
            f"| {rule.code} | `{rule.name}` | {rule.status} | {_cell(rule.summary)} {_cell(rule.why)} |\n"
            for rule in found
            if rule.code[2] == family
        )
        title = f"## AT{family}xx: {FAMILIES[family]}\n\n"
        parts.append(
            f"{title}| code | name | status | what it finds, and why that is bad |\n|---|---|---|---|\n{rows}"
        )
    return "\n".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("``", "`")


def is_there(root: Path) -> bool:
    """Whether a bundle has rules at all."""
    return (root / FOLDER).is_dir()


def stale(root: Path) -> str:
    """What is wrong with the page, nothing where it is in step."""
    path = root / PAGE
    current = path.read_text(encoding="utf-8") if path.is_file() else ""
    return (
        ""
        if current == page(root)
        else f"{PAGE}: it is not what the rules' docstrings say: run tools/docs.py"
    )
