"""One file through the rules: parsed once, walked once, each rule asked for its hits."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from async_testing import files
from async_testing.checking.examined import Examined
from async_testing.facts.config import Config
from async_testing.facts.source import SourceFile
from async_testing.facts.workspace import Workspace
from async_testing.finding import Finding, UsageError, unparsed
from async_testing.rules import Fix, Hit, Rule

__all__ = ["Examined", "examine", "examine_config", "finding", "place", "reason", "set_of"]


def examine(workspace: Workspace, path: str, data: bytes, rules: Sequence[Rule]) -> Examined:
    """Ask rules about one file.

    Args:
        workspace: the project; its ``links`` afterwards tell what the findings depend on.
        path: relative to the workspace's root.
        data: the file's bytes.
        rules: those to ask; rules about configuration are passed over.
    """
    workspace.current = path
    try:
        text = files.decode(path, data).text
        source = workspace.opened(path, text)
    except UsageError as error:
        return Examined(path, (), str(error))
    except SyntaxError as error:
        return Examined(path, (), unparsed(error), error.lineno or 0)
    except (ValueError, RecursionError, MemoryError) as error:
        return Examined(path, (), f"cannot be parsed ({reason(error)})")
    try:
        return _judged(source, text, rules)
    finally:
        workspace.closed(source)


def _judged(source: SourceFile, text: str, rules: Sequence[Rule]) -> Examined:
    found: list[Finding] = []
    problem = ""
    held = _held(text, rules)
    for rule in rules:
        if not rule.needs or not held.isdisjoint(rule.needs):
            check = rule.check
            try:
                found += [finding(rule, hit, source) for hit in _hits(check, source)] if check else ()
            except Exception as error:  # a defect of a rule must not cost the user all other findings
                problem = problem or f"could not judge: rule {rule.code} failed ({reason(error)})"
    return Examined(source.path, tuple(sorted(set_of(found), key=place)), problem)


def _hits(check: Callable[[SourceFile], Iterator[Hit]], source: SourceFile) -> Iterable[Hit]:
    try:
        return list(check(source))
    except RecursionError:  # of some hundred operands in a row, say
        from async_testing.checking.deep import deeply

        return deeply(lambda: list(check(source)))


def _held(text: str, rules: Sequence[Rule]) -> set[str]:
    """The words that rules need and a text has: looked for in each of its words once, where they hold no space."""
    plain, spaced = _words(tuple(rule.needs for rule in rules))
    tokens = set(text.split())
    distinct = "\n".join(tokens)
    held = {word for word in plain if word in tokens or word in distinct}
    return held | {word for word in spaced if word in text}


@lru_cache(maxsize=1)
def _words(needs: tuple[tuple[str, ...], ...]) -> tuple[list[str], list[str]]:
    words = {word for one in needs for word in one}
    plain = [word for word in words if word.split() == [word]]
    return plain, [*words.difference(plain)]


def reason(error: Exception) -> str:
    """What an exception says, in one line that is not too long."""
    said = " ".join(str(error).split())
    name = type(error).__name__
    return (f"{name}: {said}" if said else name)[:200]


def examine_config(config: Config, text: str, rules: Sequence[Rule]) -> Examined:
    """Ask the rules about configuration about one configuration file."""
    found: list[Finding] = []
    problem = ""
    for rule in rules:
        check = rule.check_config
        try:
            hits = list(check(config, text)) if check else ()
        except Exception as error:  # as above
            problem = problem or f"could not judge: rule {rule.code} failed ({reason(error)})"
            continue
        found += [_in_config(rule, hit, hit.where, config.path) for hit in hits if isinstance(hit.where, int)]
    return Examined(config.path, tuple(sorted(found, key=place)), problem)


def _in_config(rule: Rule, hit: Hit, line: int, path: str) -> Finding:
    return Finding(rule.code, rule.name, rule.severity, path, line, 1, line, hit.message, hit.instead)


def finding(rule: Rule, hit: Hit, source: SourceFile) -> Finding:
    """A hit as what is reported: with its place counted from 1, columns in characters."""
    node = hit.where
    line, column, last = (node, 0, node) if isinstance(node, int) else _place(node, source)
    told = _told(hit.fix) if hit.fix else None
    return Finding(
        rule.code,
        rule.name,
        rule.severity,
        source.path,
        line,
        column + 1,
        last,
        hit.message,
        hit.instead,
        told,
    )


def place(found: Finding) -> tuple[str, int, int, str]:
    """The order of findings."""
    return found.path, found.line, found.column, found.code


def set_of(found: Iterable[Finding]) -> list[Finding]:
    """Findings without those that a rule reported twice for one place."""
    return list({(*place(one), one.message): one for one in found}.values())


def _place(node: ast.AST, source: SourceFile) -> tuple[int, int, int]:
    line, column = node.lineno, node.col_offset  # type: ignore[attr-defined]
    last = getattr(node, "end_lineno", None) or line
    body = getattr(node, "body", None)
    if isinstance(body, list) and body:  # a compound statement is reported at its head
        last = max(line, min(last, body[0].lineno - 1))
    return line, source.offset(line, column) - source.offset(line, 0), last


def _told(fix: Fix) -> dict[str, object]:
    edits = [{"start": one.start, "end": one.end, "text": one.text} for one in fix.edits]
    return {"title": fix.title, "safe": fix.safe, "edits": edits}
