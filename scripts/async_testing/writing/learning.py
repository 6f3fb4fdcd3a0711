"""What an attempt learns about its inputs, so that the next one has others."""

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Mapping
from typing import Any

from async_testing.writing.evaluating.forms import Form
from async_testing.writing.evaluating.things import Again, Obj
from async_testing.writing.filling import lacking, settable
from async_testing.writing.memory import Memory
from async_testing.writing.samples import FORMATS

_TYPES: dict[str, type] = {
    "int": int,
    "str": str,
    "float": float,
    "decimal": decimal.Decimal,
    "datetime": datetime.datetime,
    "naive datetime": datetime.datetime,
    "date": datetime.date,
    "time": datetime.time,
    "timedelta": datetime.timedelta,
    "uuid": uuid.UUID,
    "bytes": bytes,
    "list": list,
    "dict": dict,
}
"""What values of a form are, where that decides what a row has to hold."""
_COMPARED = 8
"""Pairs of values that may be the same, in one function."""


def _hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


class Learning:
    """Learns.

    Args:
        memory: keeps what is learned.
    """

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.interpreter = memory.interpreter
        self.spots: dict[int, str] = {}
        """Where objects of models and dictionaries were made, by their identity."""
        self.held: list[Any] = []
        """What must stay, since its identity is kept."""

    def learn_form(self, value: Any, form: Form) -> None:
        """A value was refused for its form: where it was made up, another one is made next time. Raises: Again."""
        place = self.memory.places.get((type(value).__name__, value)) if _hashable(value) else None
        if place is None:
            return
        known = self.memory.hints.get(place)
        if known is form or not ("answer" in place or "result" in place):
            return
        if known is not None and repr(known) == repr(form) and known.limits == form.limits:
            spent = self.memory.tried.get(place, 0) + 1
            self.memory.tried[place] = spent
            if spent > len(FORMATS):
                return
            raise Again
        self.memory.hints[place] = form
        raise Again

    def learn_type(self, value: Any, form: Form) -> None:
        """A value of a row ends where an annotation says another type: the next row has one of it. Raises: Again."""
        wanted = form.single
        kind = _TYPES.get(wanted.kind)
        is_other = (
            kind is not None and type(value) is not kind and (kind is not float or type(value) is not int)
        )
        if not is_other or value is None or isinstance(value, bool) or not _hashable(value):
            return
        place = self.memory.places.get((type(value).__name__, value), "")
        if place.startswith("answer") and place not in self.memory.hints:
            self.memory.hints[place] = wanted
            raise Again

    def learn_returned(self, value: Any, form: Form) -> None:
        """What a function returns is what its annotation says, as far as a row decides it. Raises: Again."""
        form = form.single
        fields = getattr(form.cls, "kind", "") == "mapping" and self.interpreter.fields_of(form.cls)
        if isinstance(value, dict) and fields:
            for name in fields.keys() & value.keys():
                self.learn_returned(value[name], fields[name][0])
        elif isinstance(value, dict) and len(form.args) > 1:
            for key, one in value.items():
                self.learn_returned(key, form.args[0])
                self.learn_returned(one, form.args[1])
        elif isinstance(value, tuple) and len(form.args) == len(value):
            for one, inner in zip(value, form.args, strict=True):
                self.learn_returned(one, inner)
        elif isinstance(value, list | tuple | set) and len(form.args) == 1:
            for one in value:
                self.learn_returned(one, form.args[0])
        else:
            self.learn_type(value, form)

    def learn_refused(self, value: Any) -> None:
        """A validator refuses a text that was made up: another format is tried next time. Raises: Again."""
        place = self.memory.places.get(("str", value)) if isinstance(value, str) else None
        spent = self.memory.tried.get(place or "", 0) + 1
        if place is not None and not self.is_chosen(place) and spent <= len(FORMATS) + len(self.memory.texts):
            self.memory.tried[place] = spent
            del self.memory.places["str", value]
            raise Again

    def is_chosen(self, place: str) -> bool:
        """Whether this attempt has another value in a place than the first one."""
        raise NotImplementedError

    def learn_double(self, value: Any) -> None:
        """A text that was made up cannot do what the code wants: it must be something else. Raises: Again."""
        place = self.memory.places.get(("str", value)) if isinstance(value, str) else None
        if place in self.memory.loose and place not in self.memory.hints:
            self.memory.hints[place] = Form("double")
            raise Again

    def learn_kind(self, value: str, form: Form) -> None:
        """A text was made up where nothing says what belongs there, and the code needs another form. Raises: Again."""
        place = self.memory.places.get(("str", value), "")
        if (place in self.memory.loose or place.startswith("result ")) and place not in self.memory.hints:
            self.memory.hints[place] = form
            raise Again

    def learn_column(self, row: Obj, name: str) -> None:
        """The code reads what a row has no value for, which the database has, or the test can give. Raises: Again."""
        if name not in self.interpreter.fields_of(row.cls):
            return
        place, known = row.handed, self.memory.stored
        if all(name != one.name for one in lacking(self.interpreter, row)):  # a relationship
            above = self.spots.get(id(row), "")
            place, known = above and f"{above}.{name}", self.memory.related
        if place and place not in known:
            known.add(place)
            raise Again

    def learn_equal(self, left: Any, right: Any) -> None:
        """The code compares two values that were made up: next time they may be the same. Raises: Again."""
        if type(left) is not type(right) or not _hashable(left):
            return
        one, other = (self._made_for(value) for value in (left, right))
        if not one or not other or one == other or len(self.memory.same) >= _COMPARED:
            return
        at, value = (one, right) if one.startswith("result ") else (other, left)
        if at in self.memory.same:
            return
        self.memory.same[at] = [value]
        raise Again

    def _made_for(self, value: Any) -> str:
        """The place that a value was made up for; none where the code names it too."""
        if isinstance(value, bool) or value in (0, 1, -1, "", *self.memory.texts, *self.memory.numbers):
            return ""
        return self.memory.places.get((type(value).__name__, value), "")

    def learn_keys(self, value: Any, key: Any) -> None:
        """An object of a model is used as a dictionary, whatever its annotation says. Raises: Again."""
        place = self.spots.get(id(value))
        if place is None or not isinstance(key, str) or place in self.memory.hints:
            return
        fields = self.interpreter.fields_of(value.cls)
        self.memory.columns[place] = [*fields] if key in fields else [*fields, key]
        self.memory.hints[place] = Form("dict")
        raise Again

    def learn_names(self, given: Mapping[str, Any], cls: Any, *, whole: bool) -> None:
        """A dictionary that was made up has keys that a class does not know. Raises: Again.

        Args:
            given: what the code hands on by name.
            cls: the class, a table or a model.
            whole: whether an object is made of it, else columns of one are set.
        """
        fields = self.interpreter.fields_of(cls)
        for name, value in given.items():
            place = self.memory.places.get((type(value).__name__, value), "") if _hashable(value) else ""
            above, joint, last = place.rpartition(".")
            is_its = last == name or self.memory.places.get(("str", name)) == f"{above}.key"
            if name in fields or not joint or not is_its or above in self.memory.columns:
                continue
            names = settable(self.interpreter, cls, whole=whole)
            if names:
                self.memory.columns[above] = names
                self.memory.hints |= {f"{above}.{one}": fields[one][0].single for one in names}
                raise Again

    def learn_zone(self, value: Any, form: Form) -> None:
        """A time that was made up has a zone, and the column that it is for has none. Raises: Again."""
        if form.kind != "naive datetime" or getattr(value, "tzinfo", None) is None:
            return
        place = self.memory.places.get((type(value).__name__, value))
        if place is not None and place not in self.memory.hints:
            self.memory.hints[place] = form
            raise Again

    def learn_missing(self, value: dict[Any, Any], key: Any) -> None:
        """A dictionary that was made up lacks a key that the code reads. Raises: Again."""
        place = self.spots.get(id(value))
        if place is not None and isinstance(key, str):
            known = self.memory.columns.setdefault(place, [])
            if key not in known:
                known.append(key)
                raise Again

    def learn_columns(self, names: list[str]) -> None:
        """The code reads these of a row whose columns the statement does not tell. Raises: Again."""
        moved = False
        for known in self.memory.columns.values():
            fresh = [one for one in names if one not in known]
            if fresh:
                known += fresh
                moved = True
        if moved:
            raise Again
