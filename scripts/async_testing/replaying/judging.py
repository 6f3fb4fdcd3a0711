"""One recorded statement on a live server: whether it is taken, and whether it can answer what a test scripted."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import NamedTuple

from async_testing.replaying import samples
from async_testing.replaying.live import PLANNED, Columns, Described, Live, Rejected
from async_testing.replaying.record import Sent, Shape, is_definition

LITERALS = {
    **dict.fromkeys(("int2", "int4", "int8"), "1"),
    **dict.fromkeys(("numeric", "float4", "float8"), "1.5"),
    **dict.fromkeys(("text", "varchar", "bpchar", "name", "bytea"), "'x'"),
    "bool": "true",
    "uuid": "'00000000-0000-0000-0000-000000000001'",
    "date": "'2000-01-02'",
    "time": "'03:04'",
    "timestamp": "'2000-01-02 03:04'",
    "timestamptz": "'2000-01-02 03:04+00'",
    "interval": "'1 day'",
}
"""Types of which a driver's Python type is asked; json is left out, since codecs of a project's own decode it."""


class Problem(NamedTuple):
    """What is wrong with a statement or with what was scripted for it."""

    kind: str
    """``rejected``, ``parameters`` or ``rows``; ``unassessed`` where it could not be judged."""
    message: str
    position: int | None = None
    """The character of the statement that it is about, from 1."""


class Judge:
    """The judge on one connection.

    Args:
        live: the connection.
        binds: whether it is of the very driver that sent the statements, whose own conversions then count too.
    """

    def __init__(self, live: Live, *, binds: bool = True) -> None:
        self._live = live
        self._binds = binds
        self._enums: dict[str, tuple[str, ...]] | None = None
        self._given: dict[str, str] = {}

    async def problems(self, sent: Sent) -> list[Problem]:
        """What is wrong with a statement, nothing where the server takes it and can give what was scripted."""
        if not sent.statement.strip():
            return [Problem("rejected", "the statement is empty")]
        before = [one for one in sent.before if one != sent.statement]
        undone = self._live.transactional and bool(before or is_definition(sent.statement))
        if undone:
            await self._live.script("BEGIN")
        try:
            problem = await self._prepared(before)
            return [problem] if problem else await self._judged(sent)
        except Rejected as error:
            return [
                Problem("rejected", str(error), error.position or _pointed_at(str(error), sent.statement))
            ]
        finally:
            if undone:
                await self._live.script("ROLLBACK")

    async def _prepared(self, before: list[str]) -> Problem | None:
        """Run the definitions that a test sent before."""
        for one in before:
            try:
                await self._live.script(one)
            except Rejected as error:
                if self._live.transactional:
                    return Problem("unassessed", f"a definition sent before it is not taken ({error})")
        return None

    async def _judged(self, sent: Sent) -> list[Problem]:
        if not PLANNED.match(sent.statement):
            return await self._other(sent)
        described = await self._live.describe(sent.statement)
        found = self._numbers(sent, described)
        rows = []
        if described.columns is not None:
            labelled = [(name, await self._label(kind), kind) for name, kind in described.columns]
            rows = _rows(sent.shape, labelled)
        if not found and self._binds:
            found, columns = await self._bound(sent, described)
            if columns is not None:
                rows = _rows(sent.shape, [(name, label, "this column") for name, label in columns])
        return found + rows

    async def _other(self, sent: Sent) -> list[Problem]:
        """What cannot be planned: definitions are run and undone, of anything else only the form is looked at."""
        several = ";" in sent.statement.rstrip().rstrip(";")
        if is_definition(sent.statement) or (several and self._live.transactional):
            try:
                await self._live.script(sent.statement)
            except Rejected as error:
                if "inside a transaction block" not in str(error):
                    raise
        else:
            await self._live.describe(sent.statement)
        return []

    def _numbers(self, sent: Sent, described: Described) -> list[Problem]:
        if described.parameters is None or sent.named:
            return []
        wanted, given = len(described.parameters), len(sent.parameters)
        if wanted == given:
            return []
        one = "parameter" if wanted == 1 else "parameters"
        return [Problem("parameters", f"the statement has {wanted} {one}, the call passes {given}")]

    async def _bound(self, sent: Sent, described: Described) -> tuple[list[Problem], Columns | None]:
        if self._enums is None:
            self._enums = await self._live.kinds()
        kinds = described.parameters or ()
        values: list[object] | dict[str, object]
        if sent.named:
            values = {name: samples.of(label) for name, label in sent.pairs}
        else:
            values = [
                samples.of(str(label), kind, self._enums.get(kind, ()))
                for label, kind in zip_longest(sent.parameters, kinds, fillvalue="")
            ][: len(sent.parameters)]
        try:
            return [], await self._live.bind(sent.statement, values)
        except Rejected as error:
            if error.values and sent.parameters:
                return [Problem("parameters", f"{error} (passed: {', '.join(_labels(sent))})")], None
            at = error.position or _pointed_at(str(error), sent.statement)
            return [Problem("rejected", str(error), at)], None

    async def _label(self, kind: str) -> str:
        """The label of what the driver gives for a type of the server, empty where that is not known."""
        if kind not in self._given:
            literal = LITERALS.get(kind)
            inner = LITERALS.get(kind.removeprefix("_")) if kind.startswith("_") else None
            try:
                if literal is None and inner is not None:
                    literal, asked = f"ARRAY[{inner}::{kind[1:]}]", f"{kind[1:]}[]"
                else:
                    asked = kind
                value = await self._live.given(asked, literal) if literal and self._binds else None
                self._given[kind] = "" if value is None else samples.label(value)
            except Rejected:
                self._given[kind] = ""
        return self._given[kind]


def _pointed_at(message: str, statement: str) -> int | None:
    """Where the name that a message quotes stands in a statement, for a driver that tells no position."""
    quoted = re.search(r"""["']([^"']+)["']""", message)
    found = list(re.finditer(rf"(?<!\w){re.escape(quoted[1])}(?!\w)", statement)) if quoted else []
    return found[0].start() + 1 if len(found) == 1 else None


def _rows(shape: Shape | None, columns: list[tuple[str, str, str]]) -> list[Problem]:
    """What is wrong with a scripted answer.

    Args:
        shape: of the answer.
        columns: name, label of what the driver gives (empty where that is not known) and the server's type of each.
    """
    if shape is None:
        return []
    if not columns:
        return [Problem("rows", "rows are scripted, but the statement gives none")] if _says(shape) else []
    pairs: list[tuple[tuple[str, ...], tuple[str, str, str]]] = list(zip(shape.values, columns, strict=False))
    found = []
    if shape.values and not shape.single and len(shape.values) != len(columns):
        told = f"rows of {len(shape.values)} values are scripted, the statement gives {len(columns)}"
        found.append(Problem("rows", told))
    known = {column[0]: column for column in columns}
    for name, labels in shape.columns:
        if name in known:
            pairs.append((labels, known[name]))
        else:
            found.append(
                Problem("rows", f"column {name} is scripted, the statement gives only {', '.join(known)}")
            )
    for labels, (name, real, kind) in pairs:
        wrong = next((one for one in labels if real and not samples.fits(one, real)), None)
        if wrong:
            told = f"column {name} is scripted as {wrong}, the driver gives {real} for {kind}"
            found.append(Problem("rows", told))
    return found


def _says(shape: Shape) -> bool:
    """Whether anything but NULLs is scripted."""
    labels = [one for _, labels in shape.columns for one in labels]
    labels += [one for given in shape.values for one in given]
    return any(one != "none" for one in labels)


def _labels(sent: Sent) -> list[str]:
    return [f"{one[0]}: {one[1]}" if isinstance(one, tuple) else one for one in sent.parameters]
