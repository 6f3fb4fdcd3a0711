"""Whether a value is one of what an annotation says, and what it becomes, as pydantic 2 does by default."""

from __future__ import annotations

import datetime
import decimal
import enum
import math
import re
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from async_testing.writing.evaluating.forms import Form
from async_testing.writing.evaluating.limits import Limits, Refused, ValidationError
from async_testing.writing.evaluating.things import Cls, Obj, Opaque, Raised, Special, Unknown
from async_testing.writing.evaluating.wrapped import Secret, Url, is_plain_url

_ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_TRUE = frozenset({"1", "true", "t", "yes", "y", "on"})
_FALSE = frozenset({"0", "false", "f", "no", "n", "off"})


class Checking(Limits):
    """Checks values against forms."""

    def checked(self, form: Form, value: Any) -> Any:
        """What a value becomes. Raises: Refused, Unknown."""
        if isinstance(value, Opaque):
            return value
        if any(kind == "unknown" for kind, _ in form.checks):
            raise Unknown("a validator of its own kind is not followed")
        for kind, check in form.checks:
            if kind == "before":
                value = self.through(partial(self.call, check, [value], {}))
        value = self._of_kind(form, value)
        if form.limits:
            value = self.limited(form, value)
        for kind, check in form.checks:
            if kind == "after":
                value = self.through(partial(self.call, check, [value], {}))
        return value

    def through(self, run: Callable[[], Any]) -> Any:
        """What a validator gives; a ValueError of its own is a refusal."""
        try:
            return run()
        except Raised as raised:
            error = raised.value
            if isinstance(error, ValidationError):
                refused = Refused("")
                refused.problems = error.problems
                raise refused from None
            if isinstance(error, AssertionError):
                raise Refused("assertion_error") from None
            if isinstance(error, ValueError) or (
                isinstance(error, Obj) and self.is_instance(error, ValueError)
            ):
                raise Refused("value_error") from None
            raise

    def _of_kind(self, form: Form, value: Any) -> Any:
        method: Any = getattr(self, f"as_{form.kind.replace(' ', '_')}", None)
        if method is not None:
            return method(form, value)
        if form.kind in ("class", "real", "external") and isinstance(form.cls, Cls | type):
            if isinstance(value, Special) or self.is_instance(value, form.cls):
                return value
            raise Refused("is_instance_of")
        return value

    def as_none(self, form: Form, value: Any) -> Any:
        """None."""
        if value is not None:
            raise Refused("none_required")
        return None

    def as_str(self, form: Form, value: Any) -> Any:
        """A text."""
        if not isinstance(value, str):
            raise Refused("string_type")
        return value.value if isinstance(value, enum.Enum) else value

    def as_email(self, form: Form, value: Any) -> Any:
        """An address, whose domain becomes lower case."""
        if not isinstance(value, str):
            raise Refused("string_type")
        if not _ADDRESS.fullmatch(value) or ".." in value or value.startswith("."):
            raise Refused("value_error")
        local, _, domain = value.rpartition("@")
        return f"{local}@{domain.lower()}"

    def as_int(self, form: Form, value: Any) -> Any:
        """A whole number, of its text too."""
        if isinstance(value, bool):
            return int(value)
        if isinstance(value, enum.Enum) and isinstance(value, int):
            return int(value)
        if isinstance(value, int):
            return value
        if isinstance(value, float | decimal.Decimal):
            if not math.isfinite(value):
                raise Refused("finite_number")
            if value != int(value):
                raise Refused("int_from_float")
            return int(value)
        if isinstance(value, str):
            if re.fullmatch(r"\s*[-+]?\d+(?:\.0*)?\s*", value):
                return int(value.strip().partition(".")[0])
            raise Refused("int_parsing")
        raise Refused("int_type")

    def as_float(self, form: Form, value: Any) -> Any:
        """A number, of its text too."""
        if isinstance(value, bool | int | float | decimal.Decimal):
            return float(value)
        if isinstance(value, str):
            try:
                return float(value)
            except ValueError:
                raise Refused("float_parsing") from None
        raise Refused("float_type")

    def as_decimal(self, form: Form, value: Any) -> Any:
        """A decimal number, of its text too."""
        if isinstance(value, int | float | str | decimal.Decimal) and not isinstance(value, bool):
            try:
                return decimal.Decimal(str(value))
            except decimal.InvalidOperation:
                raise Refused("decimal_parsing") from None
        raise Refused("decimal_type")

    def as_bool(self, form: Form, value: Any) -> Any:
        """A truth value, of 0 and 1 and some words too."""
        if isinstance(value, bool):
            return value
        if isinstance(value, int | float) and value in (0, 1):
            return bool(value)
        if isinstance(value, str) and value.lower() in _TRUE | _FALSE:
            return value.lower() in _TRUE
        raise Refused("bool_parsing" if isinstance(value, str | int | float) else "bool_type")

    def as_bytes(self, form: Form, value: Any) -> Any:
        """Bytes, of a text too."""
        if isinstance(value, str | bytes):
            return value.encode() if isinstance(value, str) else value
        raise Refused("bytes_type")

    def as_datetime(self, form: Form, value: Any) -> Any:
        """A time with its date, of ISO's text too."""
        if isinstance(value, datetime.datetime):
            return value
        if isinstance(value, datetime.date):
            return datetime.datetime(value.year, value.month, value.day)
        if isinstance(value, str):
            try:
                return datetime.datetime.fromisoformat(value)
            except ValueError:
                raise Refused("datetime_from_date_parsing") from None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.datetime.fromtimestamp(value, datetime.UTC)
        raise Refused("datetime_type")

    as_naive_datetime = as_datetime

    def as_date(self, form: Form, value: Any) -> Any:
        """A date, of ISO's text too."""
        if isinstance(value, datetime.datetime):
            if value.time() != datetime.time():
                raise Refused("date_from_datetime_inexact")
            return value.date()
        if isinstance(value, datetime.date):
            return value
        if isinstance(value, str):
            try:
                return datetime.date.fromisoformat(value)
            except ValueError:
                raise Refused("date_from_datetime_parsing") from None
        raise Refused("date_type")

    def as_time(self, form: Form, value: Any) -> Any:
        """A time of day."""
        if isinstance(value, datetime.time):
            return value
        if isinstance(value, str):
            try:
                return datetime.time.fromisoformat(value)
            except ValueError:
                raise Refused("time_parsing") from None
        raise Refused("time_type")

    def as_timedelta(self, form: Form, value: Any) -> Any:
        """A duration."""
        if isinstance(value, datetime.timedelta):
            return value
        if isinstance(value, int | float):
            return datetime.timedelta(seconds=value)
        raise (
            Unknown("a duration's text is not followed")
            if isinstance(value, str)
            else Refused("time_delta_type")
        )

    def as_uuid(self, form: Form, value: Any) -> Any:
        """A UUID, of its text too."""
        if isinstance(value, uuid.UUID):
            return value
        if isinstance(value, str):
            try:
                return uuid.UUID(value)
            except ValueError:
                raise Refused("uuid_parsing") from None
        raise Refused("uuid_type")

    def as_url(self, form: Form, value: Any) -> Any:
        """A URL, of one that is known to be taken as it is."""
        if isinstance(value, Url):
            return value
        if not isinstance(value, str):
            raise Refused("url_type")
        if not is_plain_url(value):
            raise Unknown("what pydantic makes of a URL is not known")
        return Url(value)

    def as_secret(self, form: Form, value: Any) -> Any:
        """A secret, of its text too."""
        if isinstance(value, Secret):
            return value
        if not isinstance(value, str):
            raise Refused("string_type")
        return Secret(self.as_str(form, value))

    def as_enum(self, form: Form, value: Any) -> Any:
        """A member of an enumeration, of its value too."""
        if isinstance(value, form.cls):
            return value
        try:
            return form.cls(value)
        except ValueError:
            raise Refused("enum") from None

    def as_literal(self, form: Form, value: Any) -> Any:
        """One of some values."""
        for one in form.values:
            if one == value and type(one) is type(value):
                return one
        raise Refused("literal_error")

    def as_union(self, form: Form, value: Any) -> Any:
        """What one of several forms takes: first the one whose class it is, then in order."""
        if value is None and form.optional:
            return None
        kept = [one for one in form.args if one.kind != "none"]
        if len(kept) == 1:
            return self.checked(kept[0], value)
        for one in kept:
            if self._is_exactly(one, value):
                try:
                    return self.checked(one, value)
                except Refused:
                    continue
        for one in kept:
            try:
                return self.checked(one, value)
            except Refused:
                continue
        raise Refused("union")

    @staticmethod
    def _is_exactly(form: Form, value: Any) -> bool:
        if isinstance(form.cls, Cls):
            return isinstance(value, Obj) and value.cls is form.cls
        return isinstance(form.cls, type) and type(value) is form.cls

    def as_list(self, form: Form, value: Any) -> Any:
        """A list, of other collections too."""
        if not isinstance(value, list | tuple | set | frozenset):
            if isinstance(value, str | bytes | dict | int | float | type(None) | Obj):
                raise Refused("list_type")
            value = [*self.items(value)]
        found = [*self._each(form.args[0] if form.args else None, [*value])]
        return (
            tuple(found)
            if isinstance(value, tuple) and form.cls not in (list, None) and not isinstance(form.cls, type)
            else found
        )

    def as_set(self, form: Form, value: Any) -> Any:
        """A set, of other collections too."""
        if not isinstance(value, list | tuple | set | frozenset):
            raise Refused("set_type")
        return {*self._each(form.args[0] if form.args else None, [*value])}

    def as_tuple(self, form: Form, value: Any) -> Any:
        """A tuple, of other collections too."""
        if not isinstance(value, list | tuple):
            raise Refused("tuple_type")
        if len(form.args) > 1 and len(form.args) != len(value):
            raise Refused("missing")
        if len(form.args) > 1:
            return tuple(self.checked(one, item) for one, item in zip(form.args, value, strict=True))
        return (*self._each(form.args[0] if form.args else None, [*value]),)

    def _each(self, form: Form | None, items: list[Any]) -> Iterator[Any]:
        problems: list[tuple[tuple[Any, ...], str]] = []
        for place, item in enumerate(items):
            try:
                yield self.checked(form, item) if form is not None else item
            except Refused as refused:
                problems += [((place, *inner), kind) for inner, kind in refused.problems]
        if problems:
            found = Refused("")
            found.problems = problems
            raise found

    def as_dict(self, form: Form, value: Any) -> Any:
        """A dictionary."""
        if not isinstance(value, dict):
            if hasattr(value, "keys"):
                return self.mapping(value)
            raise Refused("dict_type")
        if len(form.args) < 2:
            return value
        found: dict[Any, Any] = {}
        problems: list[tuple[tuple[Any, ...], str]] = []
        for key, item in value.items():
            try:
                found[self.checked(form.args[0], key)] = self.checked(form.args[1], item)
            except Refused as refused:
                problems += [((key, *inner), kind) for inner, kind in refused.problems]
        if problems:
            refusal = Refused("")
            refusal.problems = problems
            raise refusal
        return found
