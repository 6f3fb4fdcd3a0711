"""Texts that match a regular expression."""

from __future__ import annotations

import re
from typing import Any

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_MOST = 6
"""Repetitions where there may be any number."""


def matching(pattern: str, number: int) -> str:
    """A text that matches, another one for another number where there is room; a word where it cannot tell."""
    plain = pattern.replace("\\P{C}", "[a-z]").replace("\\p{L}", "[a-z]").replace("\\z", "\\Z")
    try:
        tree: Any = re._parser.parse(plain)  # type: ignore[attr-defined]
    except re.error:
        return f"text-{number}"
    return _Maker(number).sequence(tree)


class _Maker:
    def __init__(self, number: int) -> None:
        self.number = number
        self.groups: dict[int, str] = {}

    def sequence(self, items: Any) -> str:
        return "".join(self.item(str(kind), given) for kind, given in items)

    def item(self, kind: str, given: Any) -> str:
        if kind == "LITERAL":
            return chr(given)
        if kind == "NOT_LITERAL":
            return "a" if given != ord("a") else "b"
        if kind == "ANY":
            return self._letter()
        if kind == "IN":
            return self._of_set(given)
        if kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            low, high, inner = given
            times = max(low, min(int(high), _MOST)) if int(high) > _MOST or low == 0 else int(high)
            return "".join(self.sequence(inner) for _ in range(times))
        if kind == "SUBPATTERN":
            text = self.sequence(given[3])
            if given[0] is not None:
                self.groups[given[0]] = text
            return text
        if kind == "ATOMIC_GROUP":
            return self.sequence(given)
        if kind == "BRANCH":
            return self.sequence(given[1][0])
        if kind == "GROUPREF":
            return self.groups.get(given, "")
        return ""

    def _letter(self) -> str:
        self.number = self.number * 7 + 3
        return _LETTERS[self.number % 26]

    def _of_set(self, given: Any) -> str:
        negated = bool(given) and str(given[0][0]) == "NEGATE"
        chosen: list[str] = []
        for kind, one in given:
            if str(kind) == "LITERAL":
                chosen.append(chr(one))
            elif str(kind) == "RANGE":
                chosen += [chr(code) for code in range(one[0], min(one[1], one[0] + 25) + 1)]
            elif str(kind) == "CATEGORY":
                chosen += {"CATEGORY_DIGIT": [*"0123456789"], "CATEGORY_SPACE": [" "]}.get(
                    str(one), [*_LETTERS]
                )
        if negated:
            chosen = [one for one in _LETTERS if one not in chosen] or ["~"]
        letters = [one for one in chosen if one.isalnum()] or chosen
        self.number = self.number * 7 + 3
        return letters[self.number % len(letters)] if letters else ""
