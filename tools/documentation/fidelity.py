"""references/driver-fidelity.md: behaviour x driver x fake, made from what was measured on live servers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from documentation.blocks import Problem

DATA = "tests/contract/fidelity.json"
PAGE = "references/driver-fidelity.md"
HEAD = """\
# How far the fakes agree with their drivers

**Load when** you doubt that a fake does what the driver does, or ask what a green test on it is worth.

Each behaviour is one small program, in the driver's own spelling. It runs on the fake, with the answers scripted, and
on the live driver; what both return, raise and say of themselves has to be equal, text, class and code of an error
among it. Generated sequences are random calls (statements that succeed and that fail, transactions, savepoints,
cursors, batches, pools, calls at once, cancellation, lost and closed connections) on both sides in step: after each
step the outcome, the state of the transaction and what the tables hold are compared with what the ledger says.

In the tables below `=` is a behaviour in which fake and driver agree, `≠` one in which they differ; an empty cell is
one that the driver does not have, or has under another name. `python -m tests.contract` measures again.
"""
ENDING = """\
## What follows

Where a cell says `≠` the reason stands above: mostly that a fake knows neither tables nor the grammar of SQL.
Script the error the server would send, and let `scripts/verify.py --replay` or a test on a real database say whether
it does (`references/real-database.md`):

```bash
SKILL_DIR="<absolute folder of this skill>"; python3 "$SKILL_DIR/scripts/verify.py" --help
```
"""
TITLES = {
    "calls": "Calls, parameters and results",
    "results": "Results",
    "cursors": "Cursors",
    "copies": "COPY",
    "transactions": "Transactions and savepoints",
    "pools": "Pools",
    "resources": "Life cycle, cursors, prepared statements, COPY, calls at once",
    "failures": "Errors of the server and lost connections",
    "several": "Several results of one call",
    "settings": "Settings, and values that can be sent",
    "notifications": "Notifications and pipelines",
    "guards": "Listeners, codecs, and what the driver checks on its own",
    "kinds": "What an object is an instance of",
    "surprises": "What generated calls have shown",
}


def is_there(root: Path) -> bool:
    """Whether anything was measured."""
    return (root / DATA).is_file()


def page(root: Path) -> str:
    """What the page has to be. Raises Problem where the data cannot be read."""
    try:
        data: dict[str, Any] = json.loads((root / DATA).read_text(encoding="utf-8"))
        parts = [HEAD, _summary(data), _exceptions(data), *_topics(data), ENDING]
    except (ValueError, KeyError, AttributeError) as problem:
        raise Problem(f"{DATA}: {problem!r}: make it again with python -m tests.contract --write") from None
    return "\n".join(parts)


def stale(root: Path) -> str:
    """What is wrong with the page, nothing where it is in step."""
    path = root / PAGE
    current = path.read_text(encoding="utf-8") if path.is_file() else ""
    return "" if current == page(root) else f"{PAGE}: it is not what {DATA} says: run tools/docs.py"


def _summary(data: dict[str, Any]) -> str:
    rows = []
    for name, entry in data.items():
        total, agree = len(entry["behaviours"]), len(entry["behaviours"]) - len(entry["differs"])
        ran = entry.get("sequences")
        generated = f"{ran['run'] - ran.get('differ', 0):,} of {ran['run']:,}" if ran else "-"
        cells = (
            f"{name} {entry['version']}",
            entry["server"],
            f"{agree} of {total}",
            f"{agree / total:.1%}",
            generated,
        )
        rows.append(f"| {' | '.join(cells)} |\n")
    head = "| driver | server | behaviours that agree | share | generated sequences that agree |\n"
    return head + "|---|---|---|---|---|\n" + "".join(rows)


def _exceptions(data: dict[str, Any]) -> str:
    rows = []
    for name, entry in data.items():
        rows += [f"| {name} | {_words(each)} | {reason} |" for each, reason in entry["differs"].items()]
        for each, reason in entry.get("sequences", {}).get("known", {}).items():
            rows.append(f"| {name} | {each} (generated) | {reason} |")
    return (
        "## Every exception\n\n| driver | where the fake differs | why |\n|---|---|---|\n"
        + "\n".join(rows)
        + "\n"
    )


def _topics(data: dict[str, Any]) -> list[str]:
    """A table for each topic: its behaviours, and the drivers that have them."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for driver, entry in data.items():
        for name, topic in entry["behaviours"].items():
            verdict = "≠" if name in entry["differs"] else "="
            found.setdefault(topic, {}).setdefault(name, {})[driver] = verdict
    order = [*TITLES, *sorted(found.keys() - TITLES.keys())]
    parts = []
    for topic in (topic for topic in order if topic in found):
        drivers = [name for name in data if any(name in row for row in found[topic].values())]
        title = f"## {TITLES.get(topic, topic.capitalize())}\n\n"
        head = f"| behaviour | {' | '.join(drivers)} |\n|---|{'---|' * len(drivers)}\n"
        rows = [
            f"| {_words(name)} | {' | '.join(verdicts.get(driver, '') for driver in drivers)} |\n"
            for name, verdicts in sorted(found[topic].items())
        ]
        parts.append(title + head + "".join(rows))
    return parts


def _words(name: str) -> str:
    return name.replace("_", " ")
