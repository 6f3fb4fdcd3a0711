"""The clean run: the tests once as they are, what became of each, and which lines of the module each of them runs."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

from async_testing.verifying.launching import Finished, Target, reason, run
from async_testing.verifying.model import Test
from async_testing.verifying.statements import Statements

Arcs = Mapping[str, frozenset[tuple[int, int]]]
Lines = Mapping[str, Mapping[int, frozenset[str]]]


_ENDED, _LATE = "the process ended while it ran", "it was running when the time was over"


class Clean(NamedTuple):
    """What the clean run showed; tests are named by pytest's node IDs."""

    tests: tuple[Test, ...]
    """In the order in which they ran."""
    lines: Lines
    """Path → line → the tests that run it. Every line of a statement's head counts where one of them was seen."""
    arcs: Arcs
    """Path → pairs of lines that followed each other in one frame; at its return, the second is minus that of the
    function or lambda."""
    imported: Mapping[str, frozenset[int]]
    """Path → lines that run outside of any test or of any function: at import and while tests are collected."""
    measured_by: str
    seconds: float
    python: str
    pytest: str
    refused: tuple[tuple[str, str], ...] = ()
    """Files that could not be collected, with the reason."""
    trouble: str = ""
    """Why nothing can be said from this run, in one line; empty where it came to its end."""
    output: str = ""
    """The last part of what pytest printed."""
    fixtures: frozenset[str] = frozenset()
    """The names of the fixtures that the tests use."""
    is_cut: bool = False
    """Whether the time was over before the tests had ended."""

    @property
    def failed(self) -> tuple[Test, ...]:
        """The tests that did not pass."""
        return tuple(one for one in self.tests if one.outcome in ("failed", "error"))


def clean_run(
    target: Target,
    files: Sequence[str],
    timeout: float,
    progress: Callable[[dict[str, Any]], None] | None = None,
    extra: Sequence[str] = (),
) -> Clean:
    """Run the tests once.

    Args:
        target: the project and its interpreter.
        files: the modules whose lines are looked at, relative to the root.
        timeout: seconds after which the run is cut off.
        progress: is told each event while it runs.
        extra: more arguments for pytest.

    Raises:
        UsageError: the interpreter cannot be started.
    """
    looked_at = {one: str(target.root / one) for one in files if one.endswith(".py")}
    done = run(target, "lines", timeout, extra, watch=progress, files=looked_at)
    return _read(done, target.root, list(looked_at), timeout)


def _read(done: Finished, root: Path, files: Iterable[str], timeout: float) -> Clean:
    session = next((one for one in done.events if one["event"] == "session"), {})
    tests = tuple(_tests(done.events, root, session.get("root", ""), _LATE if done.code is None else _ENDED))
    refused = tuple((one["name"], one["message"]) for one in done.events if one["event"] == "refused")
    shapes = {one: _statements(root / one) for one in files}
    lines, imported = _lines(done.events, shapes)
    last: dict[str, Any] = next((one for one in done.events if one["event"] == "arcs"), {})
    told = last.get("arcs", {}).items()
    arcs = {path: frozenset((before, after) for before, after in found) for path, found in told}
    return Clean(
        tests,
        lines,
        arcs,
        imported,
        last.get("how", ""),
        done.seconds,
        session.get("python", ""),
        session.get("pytest", ""),
        refused,
        _trouble(done, tests, refused, timeout),
        done.output,
        frozenset(name for one in done.events if one["event"] == "fixtures" for name in one["names"]),
        done.code is None,
    )


def _tests(events: Iterable[dict[str, Any]], root: Path, rootdir: str, otherwise: str) -> Iterable[Test]:
    """The tests that began; of one that did not end it is told ``otherwise``."""
    begun: dict[str, Test] = {}
    for one in events:
        if one["event"] == "begins":
            full = os.path.join(rootdir, one["path"])  # noqa: PTH118
            path = os.path.relpath(full, root).replace(os.sep, "/")
            begun[one["name"]] = Test(one["name"], "error", 0.0, path, one["line"], otherwise)
        elif one["event"] == "ends" and one["name"] in begun:
            begun[one["name"]] = begun[one["name"]]._replace(
                outcome=cast(Any, one["outcome"]), seconds=one["seconds"], message=one["message"]
            )
    return begun.values()


def _statements(path: Path) -> Statements:
    try:
        return Statements(ast.parse(path.read_bytes()))
    except (OSError, SyntaxError, ValueError):
        return Statements(ast.Module([], []))


def _lines(
    events: Iterable[dict[str, Any]], shapes: Mapping[str, Statements]
) -> tuple[Lines, dict[str, frozenset[int]]]:
    fixtures: dict[int, dict[str, list[int]]] = {}
    ran: list[dict[str, Any]] = []
    outside: dict[str, set[int]] = {path: set() for path in shapes}
    for one in events:
        if one["event"] == "fixture":
            fixtures[one["number"]] = one["lines"]
        elif one["event"] == "ran":
            ran.append(one)
        elif one["event"] == "outside":
            for path, seen in one["lines"].items():
                outside[path].update(seen)
    found: dict[str, dict[int, set[str]]] = {path: {} for path in shapes}
    for one in ran:
        for part in (one["lines"], *(fixtures.get(number, {}) for number in one["uses"])):
            for path, seen in part.items():
                _add(found[path], shapes[path], seen, one["name"])
    imported = {path: _at_import(shapes[path], outside[path], found[path]) for path in shapes}
    frozen = {
        path: {line: frozenset(names) for line, names in sorted(each.items())} for path, each in found.items()
    }
    return frozen, imported


def _add(found: dict[int, set[str]], shape: Statements, seen: Iterable[int], test: str) -> None:
    for one in shape.of(seen):
        for line in range(one.line, one.end + 1):
            found.setdefault(line, set()).add(test)


def _at_import(shape: Statements, outside: Iterable[int], found: Iterable[int]) -> frozenset[int]:
    """What ran outside of tests, and what of the module itself ran in one because it was imported there."""
    ran = shape.of(outside) | {one for one in shape.of(found) if not one.in_function}
    return frozenset(line for one in ran for line in range(one.line, one.end + 1))


def _trouble(
    done: Finished, tests: Sequence[Test], refused: Sequence[tuple[str, str]], timeout: float
) -> str:
    if done.cut == "disk":
        return "the run was cut off since the disk was nearly full"
    if done.code is None:
        running = next((one.name for one in tests if one.message in (_ENDED, _LATE)), "")
        where = f" in {running}" if running else ""
        return f"the tests did not end within {timeout:.0f} s{where}"
    if not any(one["event"] == "finished" for one in done.events):
        running = next((one.name for one in tests if one.message in (_ENDED, _LATE)), "")
        how = f"signal {-done.code}" if done.code < 0 else f"exit code {done.code}"
        if running:
            return f"the process of the tests ended with {how} in {running}"
        why = reason(done.output) or how
        more = "; name the interpreter that has it with --python" if "'pytest'" in why else ""
        return f"pytest did not run: {why}{more}"
    if refused:
        return f"{refused[0][0]} cannot be collected: {refused[0][1]}"
    if not tests:
        lost = next((line for line in done.output.splitlines() if line.startswith("ERROR: not found: ")), "")
        return f"no test was collected: {lost[7:].partition(' (')[0]}" if lost else "no test was collected"
    return ""
