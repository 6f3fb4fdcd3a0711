"""What a fake connection answers: rows with the columns that a statement names, counts, ids, what a COPY gives."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

from async_testing.writing.evaluating.forms import Form
from async_testing.writing.evaluating.things import Obj, Unknown
from async_testing.writing.samples import guessed
from async_testing.writing.schemas import column_form

if TYPE_CHECKING:
    from types import ModuleType

    from async_testing.writing.attempts import Attempt

_SAME = 2
"""How often one and the same statement is answered alike: what asks again and again waits for the end."""
_ROWS = {0: "no_rows", 1: "one_row", 2: "two_rows"}
_NAIVE = frozenset({"aiomysql", "asyncmy"})
"""Drivers that know no time zones."""
_CHANGING = re.compile(r"\s*(?:update|delete|merge|with)\b", re.IGNORECASE)


class Answering:
    """Chooses answers.

    Args:
        attempt: the attempt that they belong to.
        module: the fakes of the driver.
    """

    def __init__(self, attempt: Attempt, module: ModuleType) -> None:
        self.attempt = attempt
        self.driver = attempt.memory.interpreter.driver
        self.module = module
        self._asked: dict[str, int] = {}

    @property
    def unset(self) -> Any:
        """What stands for no answer."""
        return sys.modules["async_testing_fakes.core.scripting"].UNSET

    def answer(self, place: str, call: Any, kind: str) -> Any:
        """What a call is answered."""
        if kind == "copy":
            return self._copied(place, call)
        columns = self._columns(place, call)
        if call.batch:
            return self._of_batch(place, call, columns)
        if kind == "fetch_val":
            return self._single_value(place, call, columns)
        if columns is None:
            return self._count(place, call)
        if kind == "fetch_row":
            sizes = self._ending(call, [(1, ""), (0, "no_row")])
            if self.attempt.pick(f"{place}#", sizes) == 0:
                return None
            return self._row(f"{place}[0]", columns, call)
        return self._rows(place, call, kind, columns)

    def _rows(self, place: str, call: Any, kind: str, columns: list[str]) -> list[dict[str, Any]]:
        meaning = self._meaning(call)
        is_single = kind == "execute" or getattr(meaning, "limit", None) == 1 or self._is_single(meaning)
        sizes = [1, 0, 2] if is_single else [2, 0, 1]
        listed = self._listed(meaning, columns)
        whole = len(next(iter(listed.values()), []))
        if whole:
            sizes = [*dict.fromkeys((whole, 0, whole - 1, 1))]
        options = self._ending(call, [(one, _ROWS.get(one, f"{one}_rows")) for one in sizes])
        count = self.attempt.pick(f"{place}#", options)
        rows = [self._row(f"{place}[{turn}]", columns, call) for turn in range(count)]
        for turn, row in enumerate(rows):
            row.update({name: values[turn] for name, values in listed.items() if turn < len(values)})
        return rows

    def _ending(self, call: Any, options: list[tuple[Any, str]]) -> list[tuple[Any, str]]:
        """Options of an answer; nothing comes first where the same statement was asked before and before that."""
        key = repr((call.statement, call.parameters))
        count = self._asked[key] = self._asked.get(key, 0) + 1
        if count <= _SAME:
            return options
        return [
            (one, "another_time" if one else "") for one, _ in sorted(options, key=lambda one: bool(one[0]))
        ]

    def _of_batch(self, place: str, call: Any, columns: list[str] | None) -> Any:
        sets = len(call.parameters) if isinstance(call.parameters, list | tuple) else 0
        if columns is not None and sets > 1 and self.driver == "psycopg":
            raise Unknown(
                "psycopg has a result for each set of parameters, of which a fake has the first only"
            )
        if columns is not None:
            return [self._row(f"{place}[{turn}]", columns, call) for turn in range(sets)]
        if self._reads_counts and sets and _CHANGING.match(call.statement):
            return self.attempt.pick(f"{place}#", [(sets, ""), (0, "nothing_changed")])
        return self.unset

    def _copied(self, place: str, call: Any) -> Any:
        """What a COPY out of a table gives: rows where the code reads rows, else blocks of data."""
        words = self.attempt.memory.interpreter.words
        text = " ".join(call.statement.lower().split())
        if " to stdout" not in text:
            return self.unset
        if self.attempt.pick(f"{place}#", [(2, ""), (0, "no_rows")]) == 0:
            return [] if self.driver == "psycopg" else b""
        made = [
            self.attempt.memory.samples.value(f"{place}[{turn}]", Form("bytes")) + b"\n" for turn in (0, 1)
        ]
        if "read_row" in words or ("rows" in words and "csv" not in text):
            return [tuple(one.decode().split()) for one in made]
        return made if self.driver == "psycopg" else b"".join(made)

    def _single_value(self, place: str, call: Any, columns: list[str] | None) -> Any:
        name = columns[0] if columns else "value"
        if call.statement.lstrip()[:6].upper() != "SELECT":
            return self._value(f"{place}.{name}", name, call)
        if self._ending(call, [(1, ""), (0, "")])[0][0] == 0:
            return None
        return self._value(f"{place}.{name}", name, call)

    @staticmethod
    def _listed(meaning: Any, columns: list[str] | None) -> dict[str, list[Any]]:
        """Columns that are among what a statement gives and that it asks for by a list of values, as ``id IN (…)``."""
        where = getattr(meaning, "where", None)
        found: dict[str, list[Any]] = {}
        for said, values in where.items() if isinstance(where, dict) else ():
            name = str(said).partition(" ")[0].rpartition(".")[2]
            is_list = isinstance(values, list | tuple) and str(said).upper().endswith((" IN", "= ANY"))
            known = columns is None or name in columns
            if known and is_list and all(isinstance(one, int | str) for one in values):
                found[name] = [*values]
        return found

    @staticmethod
    def _is_single(meaning: Any) -> bool:
        where = getattr(meaning, "where", None)
        if isinstance(where, dict):
            return any(str(one).rpartition(".")[2] == "id" for one in where)
        rows = getattr(meaning, "rows", None)
        return isinstance(rows, list) and len(rows) == 1  # an INSERT of one row

    @property
    def _reads_counts(self) -> bool:
        """Whether the code looks at how many rows its statements changed."""
        words = self.attempt.memory.interpreter.words
        return "rowcount" in words or ("=execute" in words and self.driver in ("asyncpg", *_NAIVE))

    def _count(self, place: str, call: Any) -> Any:
        """What a statement without rows answers: an id where the code asks for one, else how many rows it changed."""
        result = getattr(self.module, "FakeResult", None)
        words = self.attempt.memory.interpreter.words
        if (
            result is not None
            and "lastrowid" in words
            and call.statement.lstrip()[:6].upper() in ("INSERT", "REPLAC")
        ):
            return result(lastrowid=self.attempt.memory.samples.value(f"{place}.id", Form("int")))
        options: list[tuple[Any, str]] = [(None, ""), (0, "nothing_changed")]
        if self._reads_counts and _CHANGING.match(call.statement):
            listed = next(iter(self._listed(self._meaning(call), None).values()), None)
            whole = 1 if listed is None else len(listed)
            sizes = [*dict.fromkeys((whole, 0, 1))] if whole else [0]
            options = [
                (one, "" if one == whole else "one_changed" if one else "nothing_changed") for one in sizes
            ]
            options = self._ending(call, options)
        changed = self.attempt.pick(f"{place}#", options)
        return self.unset if changed is None else changed

    def _meaning(self, call: Any) -> Any:
        try:
            return call.meaning
        except Exception:
            return None

    def _columns(self, place: str, call: Any) -> list[str] | None:
        """The names of what a statement gives; None where it gives no rows."""
        meaning = self._meaning(call)
        if meaning is None:
            text = call.statement.strip().lower()
            gives = text.startswith(
                ("select", "with", "show", "values", "call")
            ) or " returning " in " ".join(text.split())
            return self.attempt.memory.columns.setdefault(place, []) if gives else None
        outputs = meaning.columns if type(meaning).__name__ == "Select" else meaning.returning
        names: list[str] = []
        for one in outputs:
            name = output_name(one if isinstance(one, str) else one.text)
            if name == "*":
                return self.attempt.memory.columns.setdefault(place, ["id"])
            names.append(name)
        if not names and type(meaning).__name__ != "Select":
            return None
        return names

    def _row(self, place: str, columns: list[str], call: Any) -> dict[str, Any]:
        return {name: self._value(f"{place}.{name}", name, call) for name in columns}

    def _value(self, place: str, name: str, call: Any) -> Any:
        memory = self.attempt.memory
        form = memory.hints.get(place)
        if form is None:
            root, table = str(memory.interpreter.workspace.root), getattr(self._meaning(call), "table", "")
            form = column_form(root, self.driver, str(table), name) or guessed(name)
        if form.kind == "datetime" and self.driver in _NAIVE:
            form = memory.hints[place] = Form("naive datetime")
        value = self.attempt.value(place, form)
        if isinstance(value, Obj) or (isinstance(value, list) and any(isinstance(one, Obj) for one in value)):
            return self._plain(value)
        return value

    def _plain(self, value: Any) -> Any:
        """A model as the dictionary that a row holds for it."""
        if isinstance(value, list):
            return [self._plain(one) for one in value]
        return self.attempt.interpreter.jsonable(value) if isinstance(value, Obj) else value


def output_name(text: str) -> str:
    """The name of an output column: its alias, its last part, or the function's."""
    folded = text.strip()
    lowered = folded.lower()
    if " as " in lowered:
        return folded[lowered.rindex(" as ") + 4 :].strip().strip('"`')
    if folded.endswith("*") and "(" not in folded:
        return "*"
    if "(" in folded:
        head = folded.partition("(")[0].strip().lower()
        return head.rpartition(" ")[2] or "value"
    return folded.rpartition(".")[2].strip('"`')
