"""The command behind tools/docs.py: write the documents' copies and sizes, or hold everything they show."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from documentation import config, fidelity, manifest, python_blocks, rules, shell, text
from documentation.blocks import Block, Problem, blocks_of, documents, rewritten

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLE = "examples/users"
SHELLS = ("bash", "sh", "shell", "console")
DESCRIPTION = """\
Every fenced block of SKILL.md, README.md and references/*.md is a copy of tested code, or is run. The comment above
a block says how (references/rules.md is made from the docstrings of the rules):
  <!-- code: PATH::SYMBOL,SYMBOL; PATH::SYMBOL -->   Python: copied from there (imports = those the symbols use);
                                                     a test among the symbols has to be collected and to pass
  <!-- fails: PATH::test with "TEXT" -->             Python: a counter-example that fails and prints TEXT
  <!-- misses: PATH::test where "OLD" becomes "NEW" in FILE, caught by NODE -->
                                                     Python: a counter-example that stays green with the bug
                                                     planted (\\n is a new line), while NODE fails
  <!-- tree: FOLDER -->                              text: a drawn tree of files that are there
  <!-- output: COMMAND -->                           text: lines that COMMAND prints in this order
  <!-- in: examples/NAME -->                         bash, toml, yaml: run in a copy of that example (default: users)
"""
EPILOG = "Exit 0: in step. Exit 1: out of step, a line for each place. Exit 2: nothing could be judged."

Job = Callable[[], tuple[str, int, list[str]]]
"""A check to run: what it holds, how many of those, and a line for each that is out of step."""


@dataclass
class Report:
    """What was held, by kind, and what is out of step."""

    counts: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add(self, kind: str, number: int = 1) -> None:
        """Count something that was held."""
        self.counts[kind] = self.counts.get(kind, 0) + number


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="docs.py",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", help="write nothing; run what the documents show")
    parser.add_argument("--root", type=Path, default=REPOSITORY, help="the folder that has SKILL.md")
    chosen = parser.parse_args(arguments)
    root = chosen.root.resolve()
    try:
        if rules.is_there(root) and not chosen.check:
            _update(root / rules.PAGE, rules.page(root))
        if fidelity.is_there(root) and not chosen.check:
            _update(root / fidelity.PAGE, fidelity.page(root))
        blocks = [block for path in documents(root) for block in blocks_of(path, root)]
    except (Problem, OSError, UnicodeDecodeError) as problem:
        print(f"docs: {problem}", file=sys.stderr)
        return 2
    if not any(block.language == "python" for block in blocks):
        print(f"docs: no Python block in SKILL.md, README.md, references/*.md of {root}", file=sys.stderr)
        return 2
    report = check(root, blocks) if chosen.check else write(root, blocks)
    for line in report.problems:
        print(line)
    held = ", ".join(f"{number} {kind}" for kind, number in report.counts.items()) or "nothing"
    verdict = f"{len(report.problems)} out of step" if report.problems else "in step"
    print(f"docs: {held}; {verdict}")
    return 1 if report.problems else 0


def write(root: Path, blocks: list[Block]) -> Report:
    """Copy the addressed code into the documents and the sizes into skill.yaml."""
    report = Report()
    for path in documents(root):
        name = path.relative_to(root).as_posix()
        copies = []
        for block in (block for block in blocks if block.document == name and block.language == "python"):
            try:
                copies.append((block, python_blocks.copies(root, block)))
            except Problem as problem:
                report.problems.append(f"{block.place}: {problem}")
        report.add("Python blocks copied", len(copies))
        _update(path, rewritten(path, copies))
    if (root / "skill.yaml").is_file():
        _update(root / "skill.yaml", manifest.sized(root)[0])
    return report


def _update(path: Path, content: str) -> None:
    if not path.is_file() or path.read_text(encoding="utf-8") != content:
        path.write_text(content, encoding="utf-8")
        print(f"wrote {path.name}")


def check(root: Path, blocks: list[Block]) -> Report:
    """Hold everything and write nothing."""
    report = in_step(root, blocks)
    usable = [
        block for block in blocks if not any(line.startswith(f"{block.place}:") for line in report.problems)
    ]
    python = [block for block in usable if block.language == "python"]
    jobs: list[Job] = [
        lambda: ("addressed tests", *python_blocks.check_tests(root, python)),
        lambda: ("counter-examples", *python_blocks.check_counters(root, python, EXAMPLE)),
    ]
    jobs += [_job(root, block) for block in usable if block.language != "python"]
    with ThreadPoolExecutor(max_workers=2) as pool:
        for kind, number, problems in pool.map(lambda job: job(), jobs):
            if number or problems:
                report.add(kind, number)
            report.problems += problems
    return report


def in_step(root: Path, blocks: list[Block]) -> Report:
    """The quick part, which runs nothing: copies fresh, languages known, links alive, sizes right."""
    report = Report()
    for block in blocks:
        problem = _still(root, block)
        if problem:
            report.problems.append(f"{block.place}: {problem}")
        elif block.language == "python":
            report.add("Python blocks")
    for path in documents(root):
        report.problems += text.dead_links(path, root)
    if rules.is_there(root):
        stale = rules.stale(root)
        report.problems += [stale] if stale else []
        report.add("rules listed", len(rules.rules(root)))
    if fidelity.is_there(root):
        stale = fidelity.stale(root)
        report.problems += [stale] if stale else []
        report.add("measured pages")
    if (root / "skill.yaml").is_file():
        try:
            sized, number = manifest.sized(root)
            report.add("references sized", number)
            if sized != (root / "skill.yaml").read_text(encoding="utf-8"):
                report.problems.append("skill.yaml: its sizes are stale: run tools/docs.py")
        except Problem as problem:
            report.problems.append(str(problem))
    return report


def _still(root: Path, block: Block) -> str:
    """What is wrong with a block as it stands, or nothing."""
    try:
        if block.language == "python":
            fresh = [line.rstrip() for line in python_blocks.copies(root, block).splitlines()]
            return "" if fresh == block.text.splitlines() else "this copy is stale: run tools/docs.py"
        if block.language == "text":
            return (
                ""
                if block.keyword in ("tree", "output")
                else "a text block needs <!-- tree: --> or <!-- output: -->"
            )
        known = (*SHELLS, "toml", "yaml")
        return (
            "" if block.language in known else f"nothing here can hold a block of language {block.language!r}"
        )
    except Problem as problem:
        return str(problem)


def _job(root: Path, block: Block) -> Job:
    """The check of one block, as something to call: its kind, how many things it held, what is wrong."""
    kind, hold = _holder(root, block, block.rest if block.keyword == "in" else EXAMPLE)

    def held() -> tuple[str, int, list[str]]:
        try:
            return kind, hold(), []
        except Problem as problem:
            return kind, 0, [f"{block.place}: {problem}"]

    return held


def _holder(root: Path, block: Block, example: str) -> tuple[str, Callable[[], int]]:
    if block.language in SHELLS:
        return "shell lines", lambda: shell.check(root, block.text, example)
    if block.language == "toml":
        return "configurations", lambda: config.check_toml(root, block.text, example)
    if block.language == "yaml":
        return "workflow steps", lambda: config.check_yaml(root, block.text, example)
    if block.keyword == "tree":
        return "tree entries", lambda: text.check_tree(root, block.text, block.rest)
    return "outputs", lambda: text.check_output(root, block.text, block.rest, EXAMPLE)
