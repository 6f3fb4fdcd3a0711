"""Which rules are asked, and where: by code, prefix, name or ``ALL``, from pyproject.toml and from the command line."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from async_testing.finding import UsageError

TABLE = "[tool.async-testing]"
KEYS = ("select", "ignore", "extend-select", "per-file-ignores", "exclude", "preview", "checklist")


class Wishes(NamedTuple):
    """What one place, the configuration file or the command line, says about rules."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclude: tuple[str, ...] = ()
    preview: bool = False
    checklist: str = ""
    """``own``: the rules of the checklist too, ``seed``: also those that only the seed's words ask for."""


class Known(NamedTuple):
    """What a selection needs to know of a rule."""

    code: str
    name: str
    status: str


class Selection(NamedTuple):
    """The rules to ask, and the files in which some of them are not."""

    codes: frozenset[str]
    per_file: tuple[tuple[str, frozenset[str]], ...]

    def ignored(self, path: str) -> frozenset[str]:
        """The codes that are not asked of a file."""
        return frozenset().union(*(codes for pattern, codes in self.per_file if matches(path, pattern)))


def wishes_of(root: str) -> Wishes:
    """What the table of the root's pyproject.toml says.

    Raises:
        UsageError: it cannot be read, or has a key or a value that means nothing.
    """
    try:
        with open(f"{root}/pyproject.toml", "rb") as stream:  # noqa: PTH123
            data = stream.read()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return Wishes()
    if b"async-testing" not in data:
        return Wishes()
    import tomllib

    try:
        document = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"pyproject.toml is not valid TOML ({error}): mend it first") from None
    tool = document.get("tool")
    table = tool.get("async-testing") if isinstance(tool, dict) else None
    if table is None:
        return Wishes()
    if not isinstance(table, dict):
        raise UsageError(f"pyproject.toml: {TABLE} has to be a table")
    return _read(table)


def _read(table: Mapping[str, Any]) -> Wishes:
    for key in table:
        if key not in KEYS:
            raise UsageError(f'pyproject.toml: {TABLE} has no key "{key}": it knows {", ".join(KEYS)}')
    ignores = table.get("per-file-ignores", {})
    if not isinstance(ignores, dict):
        raise UsageError(f"pyproject.toml: {TABLE} per-file-ignores has to be a table: pattern = [rules]")
    preview, checklist = table.get("preview", False), table.get("checklist", False)
    if not isinstance(preview, bool):
        raise UsageError(f"pyproject.toml: {TABLE} preview has to be true or false")
    if not isinstance(checklist, bool) and checklist != "seed":
        raise UsageError(f'pyproject.toml: {TABLE} checklist has to be true, false or "seed"')
    return Wishes(
        _words(table, "select"),
        _words(table, "ignore"),
        _words(table, "extend-select"),
        tuple((pattern, _words(ignores, pattern)) for pattern in ignores),
        _words(table, "exclude"),
        preview,
        "seed" if checklist == "seed" else "own" if checklist else "",
    )


def _words(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise UsageError(f"pyproject.toml: {TABLE} {key} has to be a list of strings")
    return tuple(value)


def select(rules: Sequence[Known], layers: Sequence[Wishes]) -> Selection:
    """Decide by layers, later ones over earlier ones; a layer with ``select`` starts afresh.

    Within a layer the most specific selector decides (a name or whole code over a prefix over ``ALL``), between equals
    ``ignore``. A prefix means the stable rules, and those of a status that is asked for; a name or whole code means it.

    Raises:
        UsageError: a selector leads to no rule.
    """
    active = {"stable"}
    for layer in layers:
        active |= {"preview"} if layer.preview else set()
        active |= {"checklist"} if layer.checklist else set()
        active |= {"seed"} if layer.checklist == "seed" else set()
    chosen = {rule.code for rule in rules if rule.status in active}
    for layer in layers:
        if layer.select:
            chosen = set()
        wanted = [(_parsed(one, rules), one) for one in (*layer.select, *layer.extend_select)]
        unwanted = [_parsed(one, rules) for one in layer.ignore]
        for rule in rules:
            yes = max((one.rank(rule, active) for one, _ in wanted), default=-1)
            no = max((one.rank(rule, None) for one in unwanted), default=-1)
            if no >= 0 and no >= yes:
                chosen.discard(rule.code)
            elif yes >= 0:
                chosen.add(rule.code)
    return Selection(
        frozenset(chosen),
        tuple(
            (
                pattern,
                frozenset(
                    rule.code for rule in rules if any(_parsed(one, rules).holds(rule) for one in words)
                ),
            )
            for layer in layers
            for pattern, words in layer.per_file_ignores
        ),
    )


class _Selector(NamedTuple):
    kind: str
    text: str

    def holds(self, rule: Known) -> bool:
        if self.kind == "rule":
            return self.text == rule.code
        return rule.code.startswith(self.text)

    def rank(self, rule: Known, active: Iterable[str] | None) -> int:
        """How specific it is, -1 where it does not mean the rule."""
        if not self.holds(rule):
            return -1
        if self.kind == "rule":
            return 100
        return len(self.text) if active is None or rule.status in active else -1


def _parsed(word: str, rules: Sequence[Known]) -> _Selector:
    word = word.strip()
    if word.upper() == "ALL":
        return _Selector("prefix", "")
    code = find(word, rules)
    if code:
        return _Selector("rule", code)
    if re.fullmatch(r"AT\d*", word.upper()) and any(rule.code.startswith(word.upper()) for rule in rules):
        return _Selector("prefix", word.upper())
    raise unknown(word, rules)


def find(word: str, rules: Iterable[Known]) -> str:
    """The code of the rule that is called so by its code or name, empty where none is."""
    name = word.strip().replace("_", "-").lower()
    return next((rule.code for rule in rules if name in (rule.code.lower(), rule.name)), "")


def unknown(word: str, rules: Iterable[Known]) -> UsageError:
    """What to say of a word that is no rule."""
    import difflib

    names = [part for rule in rules for part in (rule.name, rule.code)]
    close = difflib.get_close_matches(word.replace("_", "-"), names, 1)
    hint = f"did you mean {close[0]}?" if close else "--list-rules --all shows all"
    return UsageError(f'there is no rule "{word}": {hint}')


def matches(path: str, pattern: str) -> bool:
    """Whether a path relative to the root is meant: by a pattern, a folder above it, or without ``/`` a file's name."""
    import fnmatch

    pattern = pattern.removeprefix("./")
    folder = pattern.rstrip("/")
    if path == folder or path.startswith(f"{folder}/"):
        return True
    if "/" not in pattern:
        return any(fnmatch.fnmatchcase(part, pattern) for part in path.split("/"))
    return fnmatch.fnmatchcase(path, pattern) or fnmatch.fnmatchcase(f"/{path}", pattern)
