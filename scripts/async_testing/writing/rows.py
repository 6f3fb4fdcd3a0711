"""Rows of a database: those that are there before, and those that the code stores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from async_testing.writing.concrete import tables
from async_testing.writing.doubles import Double
from async_testing.writing.evaluating.callables import Func
from async_testing.writing.evaluating.errors import error_class
from async_testing.writing.evaluating.fields import MISSING
from async_testing.writing.evaluating.forms import Form
from async_testing.writing.evaluating.terms import Column
from async_testing.writing.evaluating.things import Cls, Meta, Obj, Opaque, Raised, Special, Unknown
from async_testing.writing.filling import foreign_keys, is_provided, key_of, lacking
from async_testing.writing.standins import row_of

if TYPE_CHECKING:
    from async_testing.writing.attempts import Attempt
    from async_testing.writing.evaluating.interpreter import Interpreter


def _violated() -> BaseException:
    """What SQLAlchemy raises where the database refuses a row."""
    kind = error_class("sqlalchemy.exc.IntegrityError")
    assert kind is not None
    return kind.__new__(kind)


class Rows(Special):
    """Holds them.

    Args:
        attempt: the attempt that they belong to.
    """

    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self.interpreter = attempt.interpreter
        self.arranged: list[Obj] = []
        """Rows that the test stores before, parents first."""
        self.before: dict[int, dict[str, Any]] = {}
        self.rows: list[Obj] = []
        self.changed: list[Cls] = []
        """Tables that the code has written to."""
        self.is_committed = False
        """Whether all that was written has been committed."""

    def _touched(self, cls: Cls) -> None:
        self.is_committed = False
        if cls not in self.changed:
            self.changed.append(cls)

    def _add_all(self, rows: Any) -> None:
        for row in self.interpreter.items(rows):
            self._add(row)

    def _add(self, row: Any) -> None:
        if not isinstance(row, Obj) or row.cls.kind != "table":
            raise Unknown("what is added is no row that is known")
        if row not in self.rows:
            self.rows.append(row)
        self._touched(row.cls)

    def _flush(self) -> None:
        for row in self.rows:
            if row not in self.arranged:
                self._filled(row)

    def _filled(self, row: Obj) -> None:
        """Columns that were not given get what the table says; what it refers to is there before."""
        for name, (form, default, _) in self.interpreter.fields_of(row.cls).items():
            value = row.fields.get(name)
            self.fitted(value, form.single)
            parent = None if value is None or isinstance(value, Opaque) else self._parent(row.cls, default)
            if parent is not None:
                place = f"stored {row.cls.name}{len(self.arranged) or ''}.{name}"
                self._parents(parent, key_of(self.interpreter, parent), value, place)
        for one in [*lacking(self.interpreter, row)]:
            if one.known is not MISSING:
                row.fields[one.name] = one.known
            elif self._is_missing(row.cls, one.name, one.default):
                self.changed.clear()
                raise Raised(_violated(), said=True)
            else:
                row.fields[one.name] = Opaque("the database")

    def _is_missing(self, cls: Cls, name: str, default: Any) -> bool:
        """Whether the database refuses a row without a value in a column, which nothing else provides."""
        given = default if isinstance(default, Meta) else Meta("")
        others = any(
            isinstance(one, Meta) and one.name in ("Identity", "Computed", "Sequence") for one in given.args
        )
        return (
            default is not MISSING
            and not isinstance(default, Opaque)
            and name != key_of(self.interpreter, cls)
            and not others
            and not is_provided(default)
            and not given.kwargs.keys() & {"primary_key", "identity", "init"}
        )

    def fitted(self, value: Any, form: Form) -> None:
        """A value for a column. Raises: Again where another one is made up next time."""
        if isinstance(value, Double):
            value.become_form(form)
        self.attempt.learn_zone(value, form)

    def _removed(self, row: Any) -> None:
        if row in self.rows:
            self.rows.remove(row)
        self._touched(row.cls)

    def is_single(self, cls: Cls, column: str) -> bool:
        """Whether no two rows have the same value in a column."""
        default = self.interpreter.fields_of(cls).get(column, (None, None))[1]
        return column == key_of(self.interpreter, cls) or (
            isinstance(default, Meta) and default.kwargs.get("unique") is True
        )

    def arrange(self, cls: Cls, place: str, given: dict[str, Any], above: tuple[Cls, ...] = ()) -> Obj:
        """A row that is there before, and the rows that it refers to.

        Args:
            cls: its table.
            place: where it comes in.
            given: what its columns have to hold.
            above: the tables of the rows that refer to it.
        """
        row = row_of(self.attempt, place, cls)
        for name, one in given.items():
            try:
                row.fields[name] = self.interpreter.accepted(row, name, one)
            except Raised:
                raise Unknown(f"{cls.name} refuses what a statement asks for in {name}") from None
        for name, (own, default, _) in self.interpreter.fields_of(cls).items():
            parent = self._parent(cls, default)
            value = row.fields.get(name)
            if parent is None or value is None:
                continue
            key = key_of(self.interpreter, parent)
            if name not in given and parent in (cls, *above):  # as a category may be in another one
                row.fields[name] = self._ended(row, parent, key, own)
                continue
            form = self.interpreter.fields_of(parent).get(key, (None,))[0]
            if name not in given and form is not None and form.single.kind != own.single.kind:
                value = row.fields[name] = self.attempt.value(f"{place}.{name}", form.single)
            self._parents(parent, key, value, f"{place}.{name}", (cls, *above))
        row.raw = dict(row.fields)
        self.arranged.append(row)
        self.rows.append(row)
        self.before[id(row)] = dict(row.fields)
        return row

    @staticmethod
    def _ended(row: Obj, parent: Cls, key: str, form: Form) -> Any:
        """What a column holds that would refer to a table above: nothing, or the row itself."""
        if form.optional:
            return None
        if parent is row.cls:
            return row.fields[key]
        raise Unknown("tables that refer to each other are not followed")

    def _parents(self, parent: Cls, key: str, value: Any, place: str, above: tuple[Cls, ...] = ()) -> None:
        """A row that another one refers to, unless there is one."""
        if not any(one.cls is parent and one.fields.get(key) == value for one in self.rows):
            self.arrange(parent, place, {key: value}, above)

    def depth(self, cls: Cls, hops: int = 8) -> int:
        """How many tables a table's rows need rows in before them."""
        found = 0
        for _, default, _ in self.interpreter.fields_of(cls).values():
            parent = self._parent(cls, default) if hops else None
            if parent is not None and parent is not cls:
                found = max(found, 1 + self.depth(parent, hops - 1))
        return found

    def references(self, child: Cls, parent: Cls) -> list[str]:
        """The columns of a table that name rows of another one."""
        fields = self.interpreter.fields_of(child)
        return [name for name, (_, default, _) in fields.items() if self._parent(child, default) is parent]

    def _parent(self, cls: Cls, default: Any) -> Cls | None:
        for key in foreign_keys(default):
            if isinstance(key, Column):
                return key.cls
            table = str(key).rpartition(".")[0]
            found = self._named(cls, table)
            if found is None:
                raise Unknown(f"the table {table} is not found")
            return found
        return None

    def _named(self, cls: Cls, table: str) -> Cls | None:
        """The class of a table: in the modules that were read so far, else anywhere in the project."""
        known = self.interpreter.named
        if table not in known:
            found = next((one for one in self._seen(cls) if _is_named(self.interpreter, one, table)), None)
            if found is None:
                every = tables(self.interpreter)
                found = next((one for one in every if _is_named(self.interpreter, one, table)), None)
            known[table] = found
        return known[table]

    def _seen(self, cls: Cls) -> Iterator[Cls]:
        """Tables of the modules that were read, the class's own first."""
        for module in [cls.module, *self.interpreter.known()]:
            for name in module.bindings:
                try:
                    one = module.get(name)
                except (KeyError, Unknown, Raised):
                    continue
                if isinstance(one, Cls) and one.kind == "table":
                    yield one


def _is_named(interpreter: Interpreter, cls: Cls, table: str) -> bool:
    return _name_of(interpreter, cls) == table.rpartition(".")[2]


def _name_of(interpreter: Interpreter, cls: Cls) -> str:
    """What a table is called: as its class says, as a function of a base makes of the class, or as the class."""
    said = interpreter.lookup(cls, "__tablename__")
    made = getattr(said, "func", said)
    if isinstance(made, Func):
        with suppress(Raised, Unknown):
            said = interpreter.call(made, [cls], {})
    return said if isinstance(said, str) else cls.name.lower()
