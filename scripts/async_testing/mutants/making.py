"""Every mutant of a folder: made, deduplicated, named by a fingerprint that survives moving lines."""

from __future__ import annotations

import difflib
import hashlib
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from async_testing.finding import UsageError
from async_testing.mutants import edits as editing
from async_testing.mutants.edits import Edits, Hinted, shortened
from async_testing.mutants.registry import Operator
from async_testing.mutants.schema import of_project
from async_testing.mutants.source import Source

_NO_CODE = {"migrations", "alembic"}


@dataclass(frozen=True)
class Mutant:
    """One changed file."""

    operator: str
    path: str
    line: int
    scope: str
    before: str
    after: str
    text: str
    fingerprint: str
    end_line: int = 0
    """The last line that the edits touch in the file as it was."""
    hint: str = ""
    """What a test would have to assert to notice it."""

    @property
    def diff(self) -> str:
        """What was changed, as lines with - and +."""
        lines = difflib.ndiff(self.before.splitlines(), self.after.splitlines())
        return "\n".join(line for line in lines if line[0] in "-+")


def read_sources(root: Path, folder: str) -> list[Source]:
    """Read the Python and SQL files of a folder below the root, migrations aside; UsageError if there is none."""
    base = root / folder
    files = sorted(
        path
        for path in ([base] if base.is_file() else base.rglob("*"))
        if path.suffix in (".py", ".sql")
        and not any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(root).parts)
        and not _NO_CODE.intersection(path.relative_to(base).parts[:-1])
    )
    if not files:
        raise UsageError(f"{base} has no .py or .sql file: name the folder of the code with --source")
    sources = []
    schema = of_project(root.resolve())
    for path in files:
        try:
            text = path.read_bytes().decode()
            sources.append(Source(path.relative_to(root).as_posix(), text, schema))
        except (SyntaxError, UnicodeDecodeError, OSError) as error:
            raise UsageError(f"{path} cannot be read as source: {error}") from error
    return sources


def mutants(
    sources: Iterable[Source], operators: Sequence[Operator], *, same_program: bool = False
) -> list[Mutant]:
    """Return every different mutant that compiles; the same text twice counts for the first operator.

    With `same_program` another text of the same syntax tree counts too, e.g. one more comment.
    """
    found: list[Mutant] = []
    for source in sources:
        seen: set[str] = set()
        for operator in operators:
            for edits in operator.plan(source):
                text = changed(source, edits, same_program=same_program)
                if text is not None and text not in seen:
                    seen.add(text)
                    found.append(_mutant(operator, source, edits, text))
    return list(_with_fingerprints(found))


def changed(source: Source, edits: Edits, *, same_program: bool = False) -> str | None:
    """Return the file with the edits made, or None if that is no program, or no other one."""
    if not edits:
        return None
    text = editing.apply(source.text, edits)
    if text == source.text:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if same_program or source.is_sql:
            return text if source.is_sql or source.program.compiles(edits) else None
        return text if source.program.is_other(edits) else None


def _mutant(operator: Operator, source: Source, edits: Edits, text: str) -> Mutant:
    first, last = min(edits).start, max(edit.end for edit in edits)
    start = source.text.rfind("\n", 0, first) + 1
    end = source.text.find("\n", last)
    end = len(source.text) if end < 0 else end
    before = source.text[start:end]
    after = text[start : end + len(text) - len(source.text)]
    line, end_line = source.line(first), source.line(end)
    scope = source.scope(line)
    hint = edits.hint if isinstance(edits, Hinted) else _hint(operator, source, edits, scope)
    return Mutant(operator.name, source.path, line, scope, before, after, text, "", end_line, hint)


def _hint(operator: Operator, source: Source, edits: Edits, scope: str) -> str:
    """Return the operator's hint with the code that is changed here."""
    first = min(edits)
    old, new = (shortened(text).strip(", ") for text in (source.text[first.start : first.end], first.text))
    return operator.hint.format(old=old, new=new, function=scope.rpartition(".")[2] or "the module")


def _with_fingerprints(found: Iterable[Mutant]) -> Iterator[Mutant]:
    """Number what is alike, so that two equal lines of one function have different fingerprints."""
    counts: Counter[tuple[str, ...]] = Counter()
    for mutant in found:
        key = (mutant.operator, mutant.path, mutant.scope, _squeezed(mutant.before), _squeezed(mutant.after))
        counts[key] += 1
        digest = hashlib.sha256("\0".join([*key, str(counts[key])]).encode()).hexdigest()[:12]
        yield replace(mutant, fingerprint=digest)


def _squeezed(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines())
