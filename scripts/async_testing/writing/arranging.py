"""What a test sets up: fakes with their script, collaborators with their answers, objects that are handed in."""

from __future__ import annotations

from typing import Any

from async_testing.writing.collaborators import Asked, Collaborator, Function, asked_as
from async_testing.writing.connections import Connection
from async_testing.writing.doubles import Double
from async_testing.writing.doublings import Doubles
from async_testing.writing.evaluating.things import Cls, Obj, Unknown
from async_testing.writing.exploring import Done
from async_testing.writing.naming import class_variable, variable
from async_testing.writing.sessions import Session
from async_testing.writing.showing import Shower
from async_testing.writing.subjects import Argument


class Arranger:
    """Writes the lines that set a test up.

    Args:
        shower: shows values.
        done: the attempt.
    """

    def __init__(self, shower: Shower, done: Done) -> None:
        self.shower = shower
        self.done = done
        shower.scripted = done.attempt.scripted
        self.lines: list[str] = []
        self._taken: set[str] = {"result", "raised", "response", "call", "error", "answer", "pytest"}
        function = getattr(done.subject, "function", None)
        if function is not None:
            self._taken.add(function.name.partition(".")[0])
        self.error_name = ""
        self.connections: list[tuple[str, Connection]] = []
        self.collaborators: list[tuple[str, Collaborator]] = []
        self.functions: list[tuple[str, Function]] = []
        self.sessions: list[tuple[str, Session]] = []
        self.doubles = Doubles(self)

    def fresh(self, name: str) -> str:
        """A variable's name that is not taken."""
        found, number = name, 2
        while found in self._taken:
            found, number = f"{name}_{number}", number + 1
        self._taken.add(found)
        return found

    def holders(self) -> None:
        """Fakes and collaborators."""
        self._error()
        for one in self.done.attempt.holders:
            if isinstance(one, Connection):
                self._connection(one)
            elif isinstance(one, Session):
                self._session(one)
            elif isinstance(one, Collaborator):
                self._name_collaborator(one)
            elif isinstance(one, Function):
                name = self.fresh(variable(one.place.rpartition(".")[2]))
                self.functions.append((name, one))
                self.shower.name(one, name)
            elif isinstance(one, Double):
                self.doubles.name(one)
        for name, each in self.collaborators:
            self._declare(name, each)
        self.doubles.make()
        for name, each in self.collaborators:
            self._collaborator(name, each)
        for name, function in self.functions:
            self._function(name, function)
        self.doubles.arrange(self.done.attempt)

    def _error(self) -> None:
        injected = self.done.attempt.injected
        if injected is None:
            return
        self.error_name = "error"
        shown = self.shower.show(injected)
        kind = "Exception" if id(injected) in self.done.attempt.scripted else shown.partition("(")[0]
        self.lines.append(f"error: {kind} = {shown}")
        self.shower.name(injected, "error")

    def _connection(self, one: Connection) -> None:
        fakes = self.shower.conventions.fakes
        name = self.fresh("conn")
        self.connections.append((name, one))
        self.lines.append(f"{name}: {self.shower.take(fakes, 'FakeConnection')} = FakeConnection()")
        self.shower.name(one.fake, name)
        if one.pooled is not None:
            pool = self.fresh("pool")
            self.lines.append(f"{pool}: {self.shower.take(fakes, 'FakePool')} = FakePool({name})")
            self.shower.name(one.pooled, pool)
        kinds: dict[str, list[Any]] = {}
        for kind, value in one.script:
            kinds.setdefault(kind, []).append(value)
        for kind, values in kinds.items():
            if all(value is one.unset for value in values):
                continue
            shown = [self._answer(value, one) for value in values]
            text = (
                shown[0] if len(shown) == 1 else f"{self.shower.take(fakes, 'answers')}({', '.join(shown)})"
            )
            self.lines.append(f"{name}.{kind}_return = {text}")

    def _session(self, one: Session) -> None:
        """Store the rows that are there before, and let the session forget them."""
        name = self.fresh("database_session")
        self.sessions.append((name, one))
        self.shower.name(one, name)
        if not one.arranged:
            return
        stages: dict[int, list[str]] = {}
        for row in one.arranged:
            stages.setdefault(one.depth(row.cls), []).append(self._row(row, one.before[id(row)]))
        for place, depth in enumerate(sorted(stages)):
            self.lines += [f"await {name}.flush()"] if place else []
            self.lines.append(f"{name}.add_all([{', '.join(stages[depth])}])")
        self.lines += [f"await {name}.commit()", f"{name}.expunge_all()"]

    def _row(self, row: Obj, fields: dict[str, Any]) -> str:
        given = ", ".join(f"{name}={self.shower.show(value)}" for name, value in fields.items())
        return f"{self.shower.cls(row.cls)}({given})"

    def _answer(self, value: Any, one: Connection) -> str:
        if value is one.unset:
            return self.shower.take(self.shower.conventions.fakes, "UNSET")
        return self.shower.show(value)

    # Collaborators

    def _name_collaborator(self, one: Collaborator) -> None:
        name = self.fresh(variable(one.place.removeprefix("result ").replace("()", "").rpartition(".")[2]))
        self.collaborators.append((name, one))
        self.shower.name(one, name)

    def _declare(self, name: str, one: Collaborator) -> None:
        if not isinstance(one.cls, Cls):
            raise Unknown(f"nothing stands for {one.label} here")
        called = [each for each in one.asked if not each.method]  # the methods of a mock know what they are
        is_async = any(each.awaited for each in called or one.asked) or not one.asked
        kind = self.shower.take("unittest.mock", "AsyncMock" if is_async else "MagicMock")
        if called:  # a mock of the class takes calls for those of its constructor
            is_all = len(called) == len(one.asked)
            made = f"{kind}()" if is_all else f"{kind}(spec=dir({self.shower.cls(one.cls)}))"
        elif one.wrapped:
            made = f"{kind}(spec={self.shower.cls(one.cls)})"
        else:
            autospec = self.shower.take("unittest.mock", "create_autospec")
            made = f"{autospec}({self.shower.cls(one.cls)}, instance=True)"
        self.lines.append(f"{name}: {kind} = {made}")

    def _collaborator(self, name: str, one: Collaborator) -> None:
        for field in one.own:
            self.lines.append(f"{name}.{field} = {self.shower.show(one.fields[field])}")
        for method in dict.fromkeys(each.method for each in one.asked):
            asked = [each for each in one.asked if each.method == method]
            self._answers(asked_as(name, method), asked)

    def _answers(self, target: str, asked: list[Asked]) -> None:
        failing = [each for each in asked if each.raised]
        if any(each.filled for each in asked):
            self._storing(target, asked)
            return
        if len(asked) == 1 and failing:
            text, attribute = self.shower.show(asked[0].answer), "side_effect"
        elif len(asked) == 1:
            text, attribute = self._given(asked[0]), "return_value"
            if text == "None" and asked[0].void and not asked[0].deferred and not self._is_returned_none():
                return
        else:
            text, attribute = f"[{', '.join(self._given(each) for each in asked)}]", "side_effect"
        if asked[0].deferred:
            mock = self.shower.take("unittest.mock", "AsyncMock")
            self.lines.append(f"{target}.side_effect = {mock}({attribute}={text})")
            return
        self.lines.append(f"{target}.{attribute} = {text}")

    def _storing(self, target: str, asked: list[Asked]) -> None:
        """A function that puts values in the row that a mock is given, as the database does."""
        one = asked[0]
        if len(asked) > 1:
            raise Unknown("what each of several rows is filled with cannot be told")
        name, cls = self.fresh("stored"), self.shower.cls(one.args[0].cls)
        kind = "None" if one.answer is None else self.shower.take("typing", "Any")
        given = [] if one.answer is None else [f"    return {self._given(one)}"]
        filled = [f"    row.{column} = {self.shower.show(value)}" for column, value in one.filled]
        self.lines += ["", f"def {name}(row: {cls}) -> {kind}:", *filled, *given, ""]
        self.lines.append(f"{target}.side_effect = {name}")

    def _is_returned_none(self) -> bool:
        subject = self.done.subject
        return (
            self.done.kind == "returned"
            and getattr(getattr(subject, "returns", None), "kind", "none") != "none"
        )

    def _given(self, asked: Asked) -> str:
        value = asked.answer
        if asked.raised or id(value) in self.shower.names:
            return self.shower.show(value)
        has_object = isinstance(value, Obj) or (
            isinstance(value, list) and any(isinstance(one, Obj) for one in value)
        )
        if has_object:
            return self.variable("answer", value)
        return self.shower.show(value)

    def _function(self, name: str, one: Function) -> None:
        is_async = any(each.awaited for each in one.asked)
        kind = self.shower.take("unittest.mock", "AsyncMock" if is_async else "Mock")
        values = [each.answer for each in one.asked]
        if len(values) == 1 and one.asked[0].raised:
            given = f"side_effect={self.shower.show(values[0])}"
        elif len(values) > 1:
            given = f"side_effect=[{', '.join(map(self.shower.show, values))}]"
        else:
            given = f"return_value={self.shower.show(values[0])}" if values else ""
        self.lines.append(f"{name}: {kind} = {kind}({given})")

    # What is handed in

    def variable(self, name: str, value: Any) -> str:
        """Put a value into a variable, and say which."""
        shown = self.shower.show(value)
        if id(value) in self.shower.names:
            return shown
        name = (
            name
            if name == "answer" and "answer" not in {one.partition(":")[0] for one in self.lines}
            else self.fresh(name)
        )
        self.lines.append(f"{name}: {self.type_of(value)} = {shown}")
        self.shower.name(value, name)
        if isinstance(value, list):
            for place, one in enumerate(value):
                if isinstance(one, Obj):
                    self.shower.name(one, f"{name}[{place}]")
        return name

    def type_of(self, value: Any) -> str:
        """A type for a variable that holds a value."""
        if isinstance(value, Obj):
            return self.shower.cls(value.cls)
        if isinstance(value, list) and value:
            kinds = dict.fromkeys(self.type_of(one) for one in value)
            return f"list[{' | '.join(kinds)}]"
        if isinstance(value, list | dict | tuple | set):
            kind = self.shower.take("typing", "Any")
            names = {list: f"list[{kind}]", dict: f"dict[str, {kind}]", tuple: f"tuple[{kind}, ...]"}
            return next((said for one, said in names.items() if isinstance(value, one)), f"set[{kind}]")
        if value is None:
            return "object"
        if isinstance(value, str | int | float | bool | bytes) and type(value) in (
            str,
            int,
            float,
            bool,
            bytes,
        ):
            return type(value).__name__
        return self.shower.take("typing", "Any")

    def call(self) -> str:
        """The expression that calls the function."""
        subject = self.done.subject
        for one in (*subject.constructor, *subject.arguments):
            self._prepared(one)
        name = subject.function.name.rpartition(".")[2]
        if subject.made is not None and subject.made.call is None and subject.made.partial:
            shown = self.shower.cls(subject.made.cls)
            made = self.fresh(class_variable(subject.made.cls))
            self.lines.append(f"{made}: {shown} = {shown}.__new__({shown})")
            self.shower.name(subject.made, made)
        if subject.made is not None:
            owner = subject.made.cls
            if id(subject.made) not in self.shower.names:
                is_kept = self.doubles.has(subject.made) or self.done.value is subject.made
                if subject.constructor or is_kept or owner.kind in ("model", "dataclass", "table"):
                    self.variable_of(subject)
                else:
                    self.shower.name(subject.made, f"{self.shower.cls(owner)}()")
            self.doubles.attach(subject.made)
            target = f"{self.shower.show(subject.made)}.{name}"
        elif subject.owner is not None:
            target = f"{self.shower.cls(subject.owner)}.{name}"
        elif subject.inner is not None:
            target = subject.inner.found(self, name)
        else:
            target = self.shower.take(subject.func.module.dotted, name)
        if subject.function.binding == "property":
            return target
        given = [one for one in map(self._argument, subject.arguments) if one]
        if subject.wrapped and subject.made is not None:
            given.insert(0, self.shower.show(subject.made))
            target = f"{self.shower.cls(subject.made.cls)}.{name}"
        for way in subject.wrapped:
            target = f"{self.shower.take('inspect', way)}({target})" if way == "unwrap" else f"{target}.{way}"
        return f"{target}({', '.join(given)})"

    def variable_of(self, subject: Any) -> None:
        """Put the object that is called on into a variable."""
        owner = subject.made.cls
        if not subject.constructor:
            self.variable(class_variable(owner), subject.made)
            return
        name = self.fresh(class_variable(owner))
        shown = (
            f"{self.shower.cls(owner)}({', '.join(filter(None, map(self._argument, subject.constructor)))})"
        )
        self.lines.append(f"{name}: {self.shower.cls(owner)} = {shown}")
        self.shower.name(subject.made, name)

    def _prepared(self, one: Argument) -> None:
        value = one.value
        if one.star:
            return
        is_large = isinstance(value, Obj) or (isinstance(value, list | dict | tuple | set) and len(value) > 1)
        if is_large and id(value) not in self.shower.names:
            self.variable(variable(one.name), value)

    def _argument(self, one: Argument) -> str:
        if one.star:
            return ", ".join(map(self.shower.show, one.value))
        shown = self.shower.show(one.value)
        return f"{one.name}={shown}" if one.keyword else shown
