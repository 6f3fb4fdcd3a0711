"""Which tests a mutant is sent to, in which order, and how long each may take."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from async_testing.mutants.making import Mutant
from async_testing.verifying.clean import Clean

LEADERS = 3
FILES = 2


class Selection:
    """What the clean run tells about the tests.

    Args:
        clean: the clean run.
        root: the project's root.
    """

    def __init__(self, clean: Clean, root: Path) -> None:
        self.names = tuple(one.name for one in clean.tests if one.outcome not in ("failed", "error"))
        self._lines = clean.lines
        self._imported = clean.imported
        self._root = root
        self._seconds = {one.name: one.seconds for one in clean.tests}
        self._place = {one.name: number for number, one in enumerate(clean.tests)}
        self._path = {one.name: one.path for one in clean.tests}
        self._slowest = max(self._seconds.values(), default=0.0)
        self._killers: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._breadth: Counter[str] | None = None
        self._imports: dict[str, frozenset[str]] = {}
        self._usable = frozenset(self.names)

    def of_lines(self, mutant: Mutant) -> frozenset[str]:
        """The tests that execute a line of the mutant."""
        lines = self._lines.get(mutant.path, {})
        span = range(mutant.line, max(mutant.line, mutant.end_line) + 1)
        return frozenset(name for line in span for name in lines.get(line, ())) & self._usable

    def of_file(self, path: str) -> frozenset[str]:
        """The tests that execute any line of a file."""
        found = (names for names in self._lines.get(path, {}).values())
        return frozenset(name for names in found for name in names) & self._usable

    def sample(self, planted: Iterable[Mutant], seconds: float) -> list[str]:
        """Tests that execute the files of some mutants: all of them, or the fastest of each test file."""
        names = frozenset[str]().union(*map(self.of_file, {mutant.path for mutant in planted}))
        chosen: list[str] = []
        left = seconds
        by_file: Counter[str] = Counter()
        for name in sorted(names, key=self._seconds.__getitem__):
            if self._seconds[name] <= left or not by_file[self._path[name]]:
                by_file[self._path[name]] += 1
                chosen.append(name)
                left -= self._seconds[name]
        return self.in_order(chosen)

    def is_imported(self, mutant: Mutant) -> bool:
        """Whether a line of the mutant runs outside of any test or of any function."""
        span = range(mutant.line, max(mutant.line, mutant.end_line) + 1)
        return not self._imported.get(mutant.path, frozenset()).isdisjoint(span)

    def places(self, names: Iterable[str]) -> tuple[int, ...]:
        """Where tests are in the clean run."""
        return tuple(sorted(self._place[name] for name in names))

    def in_order(self, names: Iterable[str]) -> list[str]:
        """Tests in the order of the clean run."""
        return sorted(names, key=self._place.__getitem__)

    def fastest_first(self, names: Iterable[str], mutant: Mutant) -> list[str]:
        """Those that noticed others of the same function first, then file by file, the fastest first."""
        waiting = set(names)
        leaders = [name for name in self._killers[mutant.path, mutant.scope] if name in waiting][:LEADERS]
        waiting.difference_update(leaders)
        best: dict[str, float] = {}
        for name in waiting:
            path, seconds = self._path[name], self._seconds[name]
            best[path] = min(seconds, best.get(path, seconds))
        keys = {
            name: (best[self._path[name]], self._path[name], self._seconds[name], self._place[name])
            for name in waiting
        }
        return leaders + sorted(waiting, key=keys.__getitem__)

    def rest(self, mutant: Mutant, head: frozenset[str], seconds: float) -> list[str]:
        """Of the other tests as many as fit: first those that execute the file, then those of the same test files."""
        near, files = self.of_file(mutant.path), self.files_of(head)
        others = [name for name in self.names if name not in head]
        others.sort(key=lambda name: (name not in near, self._path[name] not in files, self._seconds[name]))
        chosen: list[str] = []
        for name in others:
            seconds -= self._seconds[name]
            if seconds < 0:
                break
            chosen.append(name)
        return self.in_order(chosen)

    def noticed(self, mutant: Mutant, name: str) -> None:
        """Remember which test noticed a mutant; it may be a file that could not be collected."""
        if name not in self._place:
            return
        for key in ((mutant.path, mutant.scope), (mutant.path, "")):
            known = self._killers[key]
            if name in known:
                known.remove(name)
            known.insert(0, name)

    def files_for(self, mutant: Mutant) -> tuple[str, ...]:
        """The test files that most likely notice a mutant of what runs at import, in order of their tests."""
        scores: Counter[str] = Counter()
        for name in self._killers[mutant.path, ""]:
            scores[self._path[name]] += 3
        for name in self._killers[mutant.path, mutant.scope][:LEADERS]:
            scores[self._path[name]] += 100
        for name in self.of_file(mutant.path):
            scores[self._path[name]] += 1
        wanted = _dotted(mutant.path)
        for path in dict.fromkeys(self._path[name] for name in self.names):
            if any(
                f".{one}".endswith(f".{wanted}") or f".{wanted}".endswith(f".{one}")
                for one in self._named(path)
            ):
                scores[path] += 50
        return tuple(sorted(path for path, _ in scores.most_common(FILES)))

    def of_test_files(self, paths: Sequence[str]) -> list[str]:
        """The tests of some files, in the order of the clean run."""
        return [name for name in self.names if self._path[name] in paths]

    def files_of(self, names: Iterable[str]) -> frozenset[str]:
        """The test files of some tests."""
        return frozenset(self._path[name] for name in names)

    def limits(self, names: Iterable[str], factor: float, slack: float) -> list[float]:
        """How long each test may take; any of them may be the first to set up what others share."""
        return [factor * self._seconds[name] + slack + self._slowest for name in names]

    def closest(self, names: Iterable[str]) -> str:
        """The test that executes least besides: it is the one about these lines."""
        if self._breadth is None:
            self._breadth = Counter(
                name for lines in self._lines.values() for ran in lines.values() for name in ran
            )
        breadth = self._breadth
        return min(names, key=lambda name: (breadth[name], self._place[name]), default="")

    def _named(self, path: str) -> frozenset[str]:
        """The dotted names that a test file imports."""
        if path not in self._imports:
            self._imports[path] = frozenset(_imported_by(self._root / path))
        return self._imports[path]


def _dotted(path: str) -> str:
    pure = PurePosixPath(path).with_suffix("")
    return ".".join(pure.parent.parts if pure.name == "__init__" else pure.parts)


def _imported_by(path: Path) -> Iterable[str]:
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)
