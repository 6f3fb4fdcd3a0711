"""Which warning filters mute "coroutine … was never awaited"."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from async_testing.facts.config import Config
    from async_testing.facts.source import SourceFile

SAID = "coroutine 'save' was never awaited"
"""A warning as Python words it, of a coroutine function like any other."""
UNRAISABLE = "Exception ignored in: <coroutine object save at 0x7f1d5c0>"
MUTING = ("ignore",)
HEARD = ("error", "default", "always", "all", "module", "once")
CATEGORIES = ("RuntimeWarning", "builtins.RuntimeWarning", "Warning", "builtins.Warning", "")
PLUGIN = ("PytestUnraisableExceptionWarning", "PytestWarning", "UserWarning")


def muting(filters: list[str]) -> list[int]:
    """The places of the filters that decide about the warning, if it is to be muted.

    Of Python's own warning it is the last filter that matches. Where that makes it an error, it is raised in a
    destructor, and pytest warns of it once more as ``PytestUnraisableExceptionWarning``: the last filter of that
    counts.
    """
    own = _last(filters, _matches_own)
    if own is None:
        return []
    if _action(filters[own]) in MUTING:
        return [own]
    if _action(filters[own]) != "error":
        return []
    plugin = _last(filters, _matches_plugin)
    return [plugin] if plugin is not None and _action(filters[plugin]) in MUTING else []


def _last(filters: list[str], matches: object) -> int | None:
    found = [index for index, one in enumerate(filters) if matches(_split(one))]  # type: ignore[operator]
    return found[-1] if found else None


def _split(given: str) -> list[str]:
    parts = [part.strip() for part in given.split(":")]
    return [*parts, "", "", "", "", ""][: max(5, len(parts))]


def _action(given: str) -> str:
    said = given.partition(":")[0].strip()
    return next((one for one in (*MUTING, *HEARD) if said and one.startswith(said)), said)


def _matches_own(parts: list[str]) -> bool:
    _, message, category, module, line = parts[:5]
    return category in CATEGORIES and not module and line in ("", "0") and _says(message, SAID)


def _matches_plugin(parts: list[str]) -> bool:
    _, message, category, module, line = parts[:5]
    known = category.rpartition(".")[2] in (*PLUGIN, "Warning", "")
    return known and not module and line in ("", "0") and _says(message, UNRAISABLE)


def _says(pattern: str, warning: str) -> bool:
    """Whether a filter's pattern matches the start of the warning whatever coroutine it is about."""
    if not pattern:
        return True
    try:
        return re.match(pattern, warning, re.IGNORECASE) is not None
    except re.error:
        return False


def command_line(config: Config) -> list[str]:
    """The filters of ``-W`` in ``addopts``, which come after those of ``filterwarnings``."""
    words = config.words("addopts")
    found = []
    for index, word in enumerate(words):
        if word in ("-W", "--pythonwarnings") and index + 1 < len(words):
            found.append(words[index + 1])
        elif word.startswith("-W") and len(word) > 2:
            found.append(word[2:].lstrip("="))
        elif word.startswith("--pythonwarnings="):
            found.append(word.partition("=")[2])
    return found


def line_of(text: str, given: str) -> int:
    """The line of a configuration file that holds a filter, the last of those; 1 where none does."""
    spellings = {given, given.replace("\\", "\\\\"), given.replace("'", "\\'"), given.replace('"', '\\"')}
    found = 1
    for number, line in enumerate(text.splitlines(), start=1):
        plain = line.strip().lstrip("\"'")
        if not plain.startswith(("#", ";")) and any(one in line for one in spellings):
            exact = plain.rstrip("\"', ") == given
            if exact:
                return number
            found = number if found == 1 else found
    return found


def text_of(node: ast.expr) -> str:
    """The text of a literal, empty for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def call_mutes(source: SourceFile, call: ast.Call) -> bool:
    """Whether a call of ``warnings.filterwarnings`` or ``simplefilter`` ignores the warning."""
    plain = source.dotted(call.func).endswith("simplefilter")
    order = ("action", "category") if plain else ("action", "message", "category", "module")
    given: dict[str, ast.expr] = dict(zip(order, call.args, strict=False))
    given.update({one.arg: one.value for one in call.keywords if one.arg})
    if text_of(given.get("action", ast.Constant(""))) != "ignore" or "module" in given or "lineno" in given:
        return False
    message = given.get("message")
    if message is not None and not text_of(message):
        return False
    category = source.dotted(given.get("category")) if "category" in given else ""
    if "category" in given and not category:
        return False
    return category in CATEGORIES and _says(text_of(message) if message else "", SAID)


def names_category(call: ast.Call) -> bool:
    """Whether such a call is about one category or message, not about every warning."""
    return len(call.args) > 1 or any(one.arg in ("category", "message") for one in call.keywords)
