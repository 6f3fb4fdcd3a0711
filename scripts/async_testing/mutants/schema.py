"""Tables and their columns, as far as the files of a project define them: a bug names another one that is there."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from async_testing.mutants.regions import called_name
from async_testing.mutants.sql import Token, split, table_of, tokens

_DEFINING = (
    *(b"CREATE TABLE", b"create table", b"Create Table", b"ALTER TABLE", b"alter table"),
    *(b"__tablename__", b"Mapped[", b"table=True", b"create_table(", b"Table("),
)
_CREATE = re.compile(r"CREATE\s+(?:TEMP(?:ORARY)?\s+|UNLOGGED\s+)?TABLE\s+[^();]*\([^;]*", re.IGNORECASE)
_ALTER = re.compile(
    r"ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+|ONLY\s+)*(?:\w+\.)?[\"`]?(\w+)[\"`]?\s+([^;]+)", re.IGNORECASE
)
_CHANGE = re.compile(
    r"(ADD|DROP|RENAME)\s+(?:COLUMN\s+)?(?:IF\s+(?:NOT\s+)?EXISTS\s+)?[\"`]?(\w+)[\"`]?(?:\s+(?:TO\s+)?(\w+))?",
    re.IGNORECASE,
)
_SKIPPED = {"node_modules", "site-packages", "__pycache__", "venv", "env", "tests", "test"}
_CONSTRAINTS = ("PRIMARY", "UNIQUE", "CONSTRAINT", "FOREIGN", "CHECK", "EXCLUDE", "KEY", "INDEX", "LIKE")
_FAMILIES = {
    "int": r"(?:small|big|tiny|medium)?int(?:eger)?\d?|(?:small|big)?serial\d?|(?:small|big)integer",
    "text": r"text|unicode(?:text)?|(?:n?var)?char(?:acter)?|citext|string|str|(?:long|medium|tiny)text",
    "time": r"timestamp(?:tz)?|datetime",
    "number": r"numeric|decimal|real|double|float\d?|money",
    "bool": r"bool(?:ean)?",
}


@dataclass
class Table:
    """A table: each column with its kind of type, the columns that are unique together, known texts of a column."""

    name: str
    columns: dict[str, str] = field(default_factory=dict)
    keys: list[frozenset[str]] = field(default_factory=list)
    texts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    model: str = ""
    is_guessed: bool = False
    """Whether nothing defines it, and its columns are those that statements name."""

    def like(self, column: str) -> list[str]:
        """Return the other columns of the same kind, those that follow first; none if the kind is not known."""
        names = list(self.columns)
        place = names.index(column)
        kind = self.columns[column]
        return [name for name in names[place + 1 :] + names[:place] if kind and self.columns[name] == kind]


class Schema:
    """What some texts define; they are read when it is first asked for."""

    def __init__(self, texts: Iterable[tuple[str, str]] = ()) -> None:
        self._texts = texts

    @cached_property
    def tables(self) -> dict[str, Table]:
        """The tables by their names in small letters."""
        found: dict[str, Table] = {}
        for path, text in self._texts:
            for table in _defined(path, text):
                if table.model or table.name.lower() not in found:
                    found[table.name.lower()] = table
            for match in _ALTER.finditer(text):
                if match[1].lower() in found:
                    _alter(found[match[1].lower()], match[2])
        return found

    def completed(self, tables: dict[str, Table]) -> Schema:
        """Return a schema with these tables where this one has none of the name."""
        made = Schema()
        made.tables = {**tables, **self.tables}
        return made

    @cached_property
    def models(self) -> dict[str, Table]:
        """The tables by the names of their classes."""
        return {table.model: table for table in self.tables.values() if table.model}

    def table(self, name: str) -> Table | None:
        """Return the table of this name."""
        return self.tables.get(name.strip('"`').lower())


@lru_cache(maxsize=2)
def of_project(root: Path) -> Schema:
    """Return what the files below a folder define, tests aside; they are looked for once."""
    return Schema(_defining(root))


def _defining(root: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and text of every file that defines tables."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED and name[:1] not in "._")
        for name in sorted(names):
            if name.endswith((".sql", ".py")):
                with suppress(OSError, UnicodeDecodeError):
                    content = Path(folder, name).read_bytes()
                    if any(word in content for word in _DEFINING):
                        yield name, content.decode()


def _defined(path: str, text: str) -> Iterator[Table]:
    is_sql = "create table" in text.lower()
    for match in _CREATE.finditer(re.sub(r"--[^\n]*", "", text)) if is_sql else ():
        found = tokens(match[0])
        table = table_of([token for token in found if not token.is_word(*_BEFORE_NAME)])
        if table is not None:
            yield _from_sql(table.text.strip('"`'), found)
    if path.endswith(".py"):
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            return
        for model in tree.body:
            if isinstance(model, ast.ClassDef):
                yield from _from_model(model)
        for node in ast.walk(tree) if "Table(" in text or "create_table(" in text else ():
            if isinstance(node, ast.Call) and called_name(node) in ("create_table", "Table"):
                yield from _from_call(node)


_BEFORE_NAME = ("CREATE", "TEMP", "TEMPORARY", "UNLOGGED", "TABLE", "IF", "NOT", "EXISTS")


def _from_sql(name: str, found: Sequence[Token]) -> Table:
    table = Table(name)
    start = next((index for index, token in enumerate(found) if token.text == "("), len(found))
    end = next((index for index, token in enumerate(found) if token.text == ")" and token.depth == 1), start)
    for item in split(found[start + 1 : end], 1):
        if item[0].is_word(*_CONSTRAINTS):
            if any(token.is_word("UNIQUE") for token in item) or item[0].is_word("PRIMARY"):
                table.keys.append(_names_in_parentheses(item))
            continue
        column = item[0].text.strip('"`')
        table.columns[column] = family(item[1].text) if len(item) > 1 else ""
        words = {token.text.upper() for token in item if token.kind == "word"}
        if words & {"PRIMARY", "UNIQUE"}:
            table.keys.append(frozenset({column}))
        texts = tuple(token.text for token in item if token.kind == "string")
        if "IN" in words and len(texts) > 1:
            table.texts[column] = tuple(dict.fromkeys(texts))
    return table


def _alter(table: Table, actions: str) -> None:
    """Change the columns as ALTER TABLE says."""
    for action in actions.split(","):
        match = _CHANGE.match(action.strip())
        if match is None or match[2].upper() in _CONSTRAINTS:
            continue
        verb, name, more = match[1].upper(), match[2], match[3] or ""
        kind = table.columns.get(name, "")
        if verb != "ADD":
            table.columns.pop(name, None)
        if verb == "ADD":
            table.columns[name] = family(more)
        elif verb == "RENAME" and kind:
            table.columns[more] = kind


def _names_in_parentheses(item: Sequence[Token]) -> frozenset[str]:
    inside = [token for token in item if token.depth > 1 and token.kind in ("word", "quoted")]
    return frozenset(token.text.strip('"`') for token in inside)


def family(written: str) -> str:
    """Return the kind of a type, such as `int` of `bigint`; the type itself where it is of no common kind."""
    name = written.lower()
    for kind, pattern in _FAMILIES.items():
        if re.fullmatch(pattern, name):
            return kind
    return name


def _from_model(node: ast.ClassDef) -> Iterator[Table]:
    table = Table(node.name.lower(), model=node.name)
    is_sqlmodel = any(keyword.arg == "table" for keyword in node.keywords)
    for item in node.body:
        match item:
            case ast.Assign(targets=[ast.Name(id="__tablename__")], value=ast.Constant(value=str(text))):
                table.name = text
            case ast.AnnAssign(target=ast.Name(id=column), annotation=kind, value=value):
                is_mapped = isinstance(kind, ast.Subscript) and called_name(kind) == "Mapped"
                is_other = value is not None and called_name(value) in ("relationship", "Relationship")
                if (is_mapped or is_sqlmodel) and not is_other:
                    inner = kind.slice if is_mapped and isinstance(kind, ast.Subscript) else kind
                    table.columns[column] = _of_annotation(inner)
                    _note_key(table, column, value)
            case ast.Assign(targets=[ast.Name(id=column)], value=ast.Call() as call):
                if called_name(call) in ("Column", "mapped_column"):
                    table.columns[column] = _of_column(call)
                    _note_key(table, column, call)
    if table.columns:
        yield table


def _of_annotation(node: ast.expr) -> str:
    text = re.sub(r"\s*\|\s*None|Optional\[|[\]'\"]", "", ast.unparse(node))
    return family(text.rpartition(".")[2])


def _of_column(call: ast.Call) -> str:
    for argument in call.args:
        name = called_name(argument)
        if name and name not in ("ForeignKey", "Identity", "Sequence", "Computed"):
            return family(name)
    return "int" if any(called_name(argument) == "ForeignKey" for argument in call.args) else ""


def _note_key(table: Table, column: str, call: ast.expr | None) -> None:
    if isinstance(call, ast.Call) and any(
        keyword.arg in ("primary_key", "unique")
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value
        for keyword in call.keywords
    ):
        table.keys.append(frozenset({column}))


def _from_call(node: ast.Call) -> Iterator[Table]:
    if not (node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)):
        return
    table = Table(node.args[0].value)
    for argument in node.args[1:]:
        part = argument.value if isinstance(argument, ast.Starred) else argument
        if not isinstance(part, ast.Call):
            continue
        first = part.args[0] if part.args else None
        if called_name(part) == "Column" and isinstance(first, ast.Constant):
            table.columns[str(first.value)] = _of_column(part)
            _note_key(table, str(first.value), part)
        elif called_name(part) in ("PrimaryKeyConstraint", "UniqueConstraint"):
            table.keys.append(frozenset(str(a.value) for a in part.args if isinstance(a, ast.Constant)))
    if table.columns:
        yield table
