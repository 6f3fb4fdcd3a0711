"""Whether the tests take every way through a module: its lines and branches, and in words what they leave out."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from async_testing.verifying import wording
from async_testing.verifying.clean import Clean
from async_testing.verifying.decisions import Excluded, Way, block, is_taken, ways
from async_testing.verifying.model import Coverage, Gap, Outcome
from async_testing.verifying.statements import Statement, Statements, start
from async_testing.verifying.wording import Planned

_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Place(NamedTuple):
    """Where the walk through a module is."""

    subject: str
    function: int
    """The first line of the function, 1 for the module."""
    handlers: tuple[tuple[int, int], ...] = ()


def judge(
    clean: Clean, sources: Mapping[str, str], planned: Mapping[str, Sequence[Planned]]
) -> tuple[tuple[Coverage, ...], tuple[Gap, ...]]:
    """Look at what the clean run ran.

    Args:
        clean: the run.
        sources: the text of each module by its path.
        planned: by path the cases that a plan of the module names.

    Returns:
        The figures of each module, and the ways that no test takes, in the order of the lines.
    """
    figures: list[Coverage] = []
    gaps: list[Gap] = []
    for path, text in sources.items():
        seen = {*clean.lines.get(path, ()), *clean.imported.get(path, ())}
        module = _Module(path, text, seen, clean.arcs.get(path, ()), planned.get(path, ()))
        gaps += module.gaps()
        figures.append(module.coverage(clean.measured_by))
    return tuple(figures), tuple(gaps)


def outcome(
    clean: Clean, figures: Sequence[Coverage], gaps: Sequence[Gap], *, only_changed: bool = False
) -> Outcome:
    """The answer in one line."""
    if clean.trouble or not clean.measured_by:
        return Outcome("complete", "unassessed", clean.trouble or "the lines that ran are not known")
    if not figures:
        return Outcome("complete", "unassessed", "no module to look at: name one with --module")
    ran, lines = sum(one.lines_run for one in figures), sum(one.lines for one in figures)
    taken, branches = sum(one.branches_run for one in figures), sum(one.branches for one in figures)
    evidence = (
        f"{ran} of {lines} statements run, {taken} of {branches} branches taken ({figures[0].measured_by})"
    )
    if only_changed and not gaps and (ran, taken) != (lines, branches):
        evidence += "; what is missing was not changed"
    return Outcome("complete", "failed" if gaps else "passed", evidence)


class _Module:
    """A walk through one module: what is counted, and what is missing."""

    def __init__(
        self,
        path: str,
        text: str,
        seen: Collection[int],
        arcs: Collection[tuple[int, int]],
        planned: Sequence[Planned],
    ) -> None:
        self._path = path
        self._tree = ast.parse(text)
        self._arcs = arcs
        self._planned = planned
        self._excluded = Excluded(text.splitlines())
        self._shape = Statements(self._tree)
        self._ran = self._shape.of(seen)
        self._by_start = {one.line: one for one in self._shape.all}
        self._left_out: list[tuple[int, int]] = []
        self._ways: list[tuple[Way, int, bool]] = []
        self._seen = bool(seen)

    def coverage(self, measured_by: str) -> Coverage:
        """The figures; after ``gaps``."""
        meant = [one for one in self._shape.all if one.is_code and not self._is_left_out(one)]
        missing = sorted(one.line for one in meant if one not in self._ran)
        lost = [(line, way.target) for way, line, taken in self._ways if not taken]
        taken = len(self._ways) - len(lost)
        return Coverage(
            self._path,
            len(meant),
            len(meant) - len(missing),
            len(self._ways),
            taken,
            tuple(missing),
            tuple(lost),
            measured_by,
        )

    def _is_left_out(self, one: Statement) -> bool:
        return any(first <= one.line <= last for first, last in self._left_out)

    def gaps(self) -> list[Gap]:
        """The ways that are not taken, in the order of the lines."""
        self._count(self._tree.body, Place("", 1))
        if not self._seen and self._tree.body:
            first, last = block(self._tree.body)
            return [Gap(self._path, first, last, "", "no test imports it", "")]
        found = {
            (one.line, one.end_line, one.about): one for one in self._block(self._tree.body, Place("", 1))
        }
        return sorted(found.values(), key=lambda one: one.line)

    # What is counted, whether it was reached or not.

    def _count(self, body: Sequence[ast.stmt], place: Place) -> None:
        for node in body:
            if self._excluded.holds(node):
                self._left_out.append((start(node), node.end_lineno or node.lineno))
                continue
            inner = _within(place, node)
            for way in ways(node):
                if self._is_meant(node, way):
                    taken = is_taken(way, self._arcs, place.function, place.handlers)
                    self._ways.append((way, node.lineno, taken))
            for part, where in _parts(node, inner):
                self._count_part(node, part, where)

    def _count_part(self, node: ast.stmt, part: ast.AST | list[ast.stmt], where: Place) -> None:
        if isinstance(part, list):
            if part is getattr(node, "orelse", None) and self._excluded.otherwise(node):
                self._left_out.append(block(part))
            else:
                self._count(part, where)
        elif isinstance(part, ast.ExceptHandler | ast.match_case):
            if self._excluded.holds(part):
                line = part.lineno if isinstance(part, ast.ExceptHandler) else part.pattern.lineno
                self._left_out.append((line, block(part.body)[1]))
            else:
                self._count(part.body, where)

    def _is_meant(self, node: ast.stmt, way: Way) -> bool:
        if self._excluded.branch(node):
            return False
        if way.kind == "false":
            return not self._excluded.otherwise(node)
        if way.kind == "case" and isinstance(node, ast.Match):
            return not any(self._excluded.holds(one) for one in node.cases if start(one.body[0]) == way.first)
        return True

    # What is missing; nothing is said of what lies within something that is missing.

    def _block(self, body: Sequence[ast.stmt], place: Place) -> Iterator[Gap]:
        for number, node in enumerate(body):
            if self._excluded.holds(node):
                continue
            statement = self._by_start[start(node)]
            if statement.is_code and statement not in self._ran:
                yield self._gap((start(node), block(body)[1]), place, wording.unreached(body, number))
                return
            rest = body[number + 1 :]
            is_passed_by = rest and self._is_unseen(rest[0]) and self._never_leaves(node, place)
            if is_passed_by and isinstance(node, ast.If):
                yield from self._parts_of(node, place, ())
                yield self._gap(block(rest), place, wording.otherwise(node, rest))
            else:
                yield from self._missing(node, place)
            if is_passed_by:
                return

    def _never_leaves(self, node: ast.stmt, place: Place) -> bool:
        """Whether the code never goes from a decision to what follows it."""
        return -node.lineno in [one.target for one in self._lost(node, place)]

    def _is_unseen(self, node: ast.stmt) -> bool:
        statement = self._by_start[start(node)]
        return statement.is_code and statement not in self._ran

    def _missing(self, node: ast.stmt, place: Place) -> Iterator[Gap]:
        if isinstance(node, _Function):
            yield from self._function(node, place)
            return
        lost = self._lost(node, place)
        for way in lost:
            lines = (node.lineno, node.lineno) if way.outside and way.target < 0 else self._lines(node, way)
            yield self._gap(lines, place, wording.never(node, way))
        yield from self._parts_of(node, place, {one.target for one in lost if one.target > 0})

    def _lost(self, node: ast.stmt, place: Place) -> list[Way]:
        """The ways out of a decision that are meant and not taken."""
        meant = [one for one in ways(node) if self._is_meant(node, one)]
        return [one for one in meant if not is_taken(one, self._arcs, place.function, place.handlers)]

    def _parts_of(self, node: ast.stmt, place: Place, told: Collection[int]) -> Iterator[Gap]:
        for part, where in _parts(node, _within(place, node)):
            yield from self._part(node, part, where, told)

    def _lines(self, node: ast.stmt, way: Way) -> tuple[int, int]:
        return block(node.orelse) if way.outside else (way.first, way.last)  # type: ignore[attr-defined]

    def _part(
        self, node: ast.stmt, part: ast.AST | list[ast.stmt], where: Place, told: Collection[int]
    ) -> Iterator[Gap]:
        if isinstance(part, list):
            if start(part[0]) in told or (
                part is getattr(node, "orelse", None) and self._excluded.otherwise(node)
            ):
                return
            yield from self._block(part, where)
        elif isinstance(part, ast.ExceptHandler | ast.match_case) and not self._excluded.holds(part):
            if start(part.body[0]) in told:
                return
            if isinstance(part, ast.ExceptHandler) and self._is_unseen(part.body[0]):
                lines = part.lineno, block(part.body)[1]
                yield self._gap(lines, where, wording.never_caught(part))
                return
            yield from self._block(part.body, where)

    def _function(self, node: _Function, place: Place) -> Iterator[Gap]:
        inner = _within(place, node)
        code = [one for one in node.body if self._by_start[start(one)].is_code]
        if code and self._is_unseen(code[0]) and not self._excluded.holds(code[0]):
            yield self._gap((start(node), block(node.body)[1]), inner, wording.never_called(node))
            return
        yield from self._block(node.body, inner)

    def _gap(self, lines: tuple[int, int], place: Place, said: wording.Words) -> Gap:
        about, suggestion = wording.joined(said, lines, place.subject, self._planned)
        return Gap(self._path, *lines, place.subject, about, suggestion)


def _within(place: Place, node: ast.stmt) -> Place:
    """Where the body of a statement is."""
    if isinstance(node, ast.ClassDef | _Function):
        subject = f"{place.subject}.{node.name}".lstrip(".")
        return Place(subject, start(node) if isinstance(node, _Function) else place.function)
    return place


def _parts(node: ast.stmt, place: Place) -> Iterator[tuple[ast.AST | list[ast.stmt], Place]]:
    """What is in a statement, each with where it is: what lies under a ``try`` knows its handlers."""
    for field in ("body", "handlers", "orelse", "finalbody", "cases"):
        part = getattr(node, field, None)
        if not part:
            continue
        if field in ("handlers", "cases"):
            yield from ((one, place) for one in part)
        elif field == "body" and isinstance(node, ast.Try | ast.TryStar) and node.handlers:
            lines = node.handlers[0].lineno, block(node.handlers[-1].body)[1]
            yield part, place._replace(handlers=(*place.handlers, lines))
        else:
            yield part, place
