"""Limits of values, and what is said where one is beyond."""

from __future__ import annotations

import datetime
import decimal
import re
from collections.abc import Callable
from typing import Any

from async_testing.writing.evaluating.classes import Classes
from async_testing.writing.evaluating.forms import Form
from async_testing.writing.evaluating.things import Obj, Opaque, Special, Unknown

_CLASSES = (("\\P{C}", "[^\\x00-\\x1f\\x7f-\\x9f]"), ("\\p{L}", "[^\\W\\d_]"), ("\\z", "\\Z"))


class ValidationError(ValueError):
    """What pydantic raises; ``problems`` are pairs of a place and the kind of error."""

    def __init__(self, problems: list[tuple[tuple[Any, ...], str]], title: str = "") -> None:
        super().__init__(f"{len(problems)} validation errors for {title}")
        self.problems = problems
        self.title = title

    def errors(self) -> list[dict[str, Any]]:
        """The errors as far as they are known."""
        return [{"loc": loc, "type": kind} for loc, kind in self.problems]


class Refused(Exception):
    """A value is none of what it should be: the kind of error, and where inside of it."""

    def __init__(self, kind: str, place: tuple[Any, ...] = ()) -> None:
        super().__init__(kind)
        self.problems = [(place, kind)]


class Limits(Classes):
    """Holds values to their limits."""

    def limited(self, form: Form, value: Any) -> Any:
        """What a value within its limits becomes. Raises: Refused."""
        limits = form.limits
        if isinstance(value, str):
            value = value.strip() if limits.get("strip_whitespace") else value
            value = value.lower() if limits.get("to_lower") else value
            value = value.upper() if limits.get("to_upper") else value
        for name, limit in limits.items():
            if isinstance(limit, Opaque | Special | Obj):
                raise Unknown("a limit is not known")
            kind = self._beyond(name, limit, value)
            if kind:
                raise Refused(kind)
        return value

    def _beyond(self, name: str, limit: Any, value: Any) -> str:
        """The kind of error where a value is beyond a limit."""
        if value is None:
            return ""
        if isinstance(value, int | float | decimal.Decimal | datetime.date):
            checks: dict[str, tuple[Callable[[], bool], str]] = {
                "ge": (lambda: value >= limit, "greater_than_equal"),
                "gt": (lambda: value > limit, "greater_than"),
                "le": (lambda: value <= limit, "less_than_equal"),
                "lt": (lambda: value < limit, "less_than"),
                "multiple_of": (lambda: value % limit == 0, "multiple_of"),
            }
            if name in checks and not self.native(checks[name][0], None):
                return checks[name][1]
            if name in ("max_digits", "decimal_places"):
                return self._digits(name, limit, value)
            return ""
        if isinstance(value, str | bytes | list | tuple | set | dict | frozenset):
            kind = "string" if isinstance(value, str) else "bytes" if isinstance(value, bytes) else ""
            if name in ("min_length", "min_items") and len(value) < limit:
                return f"{kind}_too_short" if kind else "too_short"
            if name in ("max_length", "max_items") and len(value) > limit:
                return f"{kind}_too_long" if kind else "too_long"
            if (
                name in ("pattern", "regex")
                and isinstance(value, str)
                and not self.pattern(limit).search(value)
            ):
                return "string_pattern_mismatch"
        return ""

    @staticmethod
    def _digits(name: str, limit: int, value: Any) -> str:
        if not isinstance(value, decimal.Decimal):
            return ""
        _, digits, exponent = value.as_tuple()
        places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
        if name == "decimal_places":
            return "decimal_max_places" if places > limit else ""
        return "decimal_max_digits" if max(len(digits), places) > limit else ""

    def pattern(self, text: Any) -> re.Pattern[str]:
        """A pattern as pydantic's own engine reads it. Raises: Unknown where Python's does not."""
        if isinstance(text, re.Pattern):
            return text
        for said, meant in _CLASSES:
            text = text.replace(said, meant)
        try:
            return re.compile(
                text.removesuffix("$") + "\\Z" if text.endswith("$") and not text.endswith("\\$") else text
            )
        except re.error:
            raise Unknown(f"the pattern {text} is not followed") from None
