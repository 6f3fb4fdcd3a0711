"""Comments that hide findings: ``# async-testing: ignore[RULE] reason`` on a line, ``ignore-file[RULE]`` for a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from async_testing.checking import own
from async_testing.checking.texts import WORD, lines_of
from async_testing.finding import Finding

if TYPE_CHECKING:
    import ast

VERBS = ("ignore", "ignore-file")
_FORM = re.compile(r"#\s*async-testing:\s*(?P<verb>[\w-]*)\s*(?P<list>\[(?P<codes>[^\]#]*)\])?[^#]*")


class Comment(NamedTuple):
    """One such comment: offsets in characters, from its ``#`` to its end or to the next ``#``."""

    line: int
    column: int
    start: int
    end: int
    verb: str
    words: tuple[str, ...] | None
    """Its rules as written, None without brackets."""
    inside: tuple[int, int]
    """Where the text between the brackets lies."""


class Applied(NamedTuple):
    """What is left of a file's findings, and what is to be said about its comments."""

    findings: list[Finding]
    suppressed: int


def comments(text: str) -> list[Comment]:
    """The comments of ours in a Python file; those in strings are none."""
    import io
    import tokenize

    lines = lines_of(text)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    found: list[Comment] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
            if token.type == tokenize.COMMENT and WORD in token.string:
                base = starts[token.start[0] - 1] + token.start[1]
                found += [_comment(one, token.start, base) for one in _FORM.finditer(token.string)]
    except (tokenize.TokenError, SyntaxError):
        return found
    return found


def _comment(found: re.Match[str], place: tuple[int, int], base: int) -> Comment:
    words = None
    inside = (0, 0)
    if found["list"] is not None:
        words = tuple(word for part in found["codes"].split(",") if (word := part.strip()))
        inside = (base + found.start("codes"), base + found.end("codes"))
    end = base + found.start() + len(found[0].rstrip())
    return Comment(
        place[0], place[1] + found.start() + 1, base + found.start(), end, found["verb"], words, inside
    )


def apply(
    path: str,
    text: str,
    findings: Sequence[Finding],
    code_of: Callable[[str], str],
    asked: frozenset[str],
) -> Applied:
    """Hide what the file's comments hide.

    Args:
        path: the file's.
        text: the file's.
        findings: what the rules found in it.
        code_of: gives a rule's code by its code or name, empty text where there is none.
        asked: the codes that were asked of this file; a comment for another one is not unused.
    """
    if WORD not in text:
        return Applied(list(findings), 0)
    said = comments(text)
    heads = _heads(text) if said else []
    hidden: set[int] = set()
    reports: list[Finding] = []
    for comment in said:
        fault = _fault(comment, code_of)
        if fault:
            reports.append(_malformed(path, comment, fault))
        if comment.verb not in VERBS:
            continue
        codes = [code_of(word) for word in comment.words or ()]
        meant = [
            index
            for index, one in enumerate(findings)
            if one.code in codes and (comment.verb == "ignore-file" or _covers(comment.line, heads, one))
        ]
        hidden |= set(meant)
        used = {findings[index].code for index in meant}
        due = asked - used - {own.NOT_JUDGED}
        idle = [word for word in comment.words or () if code_of(word) in due]
        if idle:
            reports.append(_unused(path, text, comment, idle))
    kept = [one for index, one in enumerate(findings) if index not in hidden]
    return Applied(kept + [one for one in reports if one.code in asked], len(hidden))


def _fault(comment: Comment, code_of: Callable[[str], str]) -> str:
    if comment.verb not in VERBS:
        return f'"{comment.verb}" is not ignore or ignore-file, so it suppresses nothing'
    if not comment.words:
        return "it names no rule, so it suppresses nothing"
    for word in comment.words:
        if not code_of(word) or code_of(word) == own.NOT_JUDGED:
            return f'there is no rule "{word}" to suppress'
    return ""


def _covers(line: int, heads: Sequence[tuple[int, int]], one: Finding) -> bool:
    if one.line <= line <= one.end_line:
        return True
    around = [head for head in heads if head[0] <= line <= head[1]]
    first, last = min(around, key=lambda head: head[1] - head[0], default=(line, line))
    return first <= one.line <= last


def _heads(text: str) -> list[tuple[int, int]]:
    """First and last line of each statement, of compound ones up to their body."""
    import ast

    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [_head(node) for node in _statements(tree) if hasattr(node, "lineno")]


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    import ast

    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
                yield child
                waiting.append(child)


def _head(node: ast.AST) -> tuple[int, int]:
    first: int = node.lineno  # type: ignore[attr-defined]
    last: int = getattr(node, "end_lineno", None) or first
    for decorator in getattr(node, "decorator_list", ()):
        first = min(first, decorator.lineno)
    body = getattr(node, "body", None)
    if isinstance(body, list) and body:
        top = min(
            body[0].lineno, *(one.lineno for one in getattr(body[0], "decorator_list", ())), body[0].lineno
        )
        last = max(node.lineno, min(last, top - 1))  # type: ignore[attr-defined]
    return first, last


def _malformed(path: str, comment: Comment, fault: str) -> Finding:
    return Finding(
        own.MALFORMED,
        own.name_of(own.MALFORMED),
        "warning",
        path,
        comment.line,
        comment.column,
        comment.line,
        fault,
        "# async-testing: ignore[RULE] reason, with codes or names of rules",
    )


def _unused(path: str, text: str, comment: Comment, idle: Sequence[str]) -> Finding:
    kept = [word for word in comment.words or () if word not in idle]
    if kept:
        start, end, new = *comment.inside, ", ".join(kept)
    else:
        (start, end), new = _whole(text, comment), ""
    return Finding(
        own.UNUSED,
        own.name_of(own.UNUSED),
        "warning",
        path,
        comment.line,
        comment.column,
        comment.line,
        f"nothing to suppress {'in this file' if comment.verb == 'ignore-file' else 'here'}: {', '.join(idle)}",
        "take it out" if not kept else f"ignore[{new}]",
        {"title": "take it out", "safe": True, "edits": [{"start": start, "end": end, "text": new}]},
    )


def _whole(text: str, comment: Comment) -> tuple[int, int]:
    """The comment with the space before it; with its whole line where nothing else is on it."""
    start, end = comment.start, comment.end
    while start and text[start - 1] in " \t":
        start -= 1
    rest = text[end : end + 200].lstrip(" \t")
    if rest.startswith("#"):  # another comment follows: it takes this one's place
        return comment.start, end + len(text[end:]) - len(text[end:].lstrip(" \t"))
    while end < len(text) and text[end] in " \t":
        end += 1
    if start == 0 or text[start - 1] in "\r\n":
        for line_end in ("\r\n", "\n", "\r"):
            if text.startswith(line_end, end):
                return start, end + len(line_end)
    return start, end
