"""What a test sets up for doubles of other libraries: mocks, what they give, and where they are put."""

from __future__ import annotations

from typing import TYPE_CHECKING

from async_testing.writing.doubles import Double, is_plain, spelled
from async_testing.writing.evaluating.things import External, Obj, Unknown
from async_testing.writing.model import Fixture, Import
from async_testing.writing.naming import variable

if TYPE_CHECKING:
    from async_testing.writing.arranging import Arranger
    from async_testing.writing.attempts import Attempt


class Doubles:
    """Writes the lines for doubles.

    Args:
        arranger: writes the lines of the test.
    """

    def __init__(self, arranger: Arranger) -> None:
        self.arranger = arranger
        self.tops: list[tuple[str, Double]] = []
        self.fixtures: list[Fixture] = []

    def name(self, one: Double) -> None:
        """Give a double at the top its variable."""
        words = one.target or one.place.removeprefix("result ")
        name = self.arranger.fresh(variable(words.replace("()", "").rpartition(".")[2]))
        self.tops.append((name, one))
        self.arranger.shower.name(one, name)

    def make(self) -> None:
        """Make the doubles."""
        for name, one in reversed(self.tops):  # what a call gives was made after what is called
            self._make(name, one)

    def arrange(self, attempt: Attempt) -> None:
        """Tell the doubles what they give, and put them where the code looks names up."""
        for name, value in attempt.environment.items():
            shown = self.arranger.shower.text(name)
            self._with_monkeypatch()
            self.arranger.lines.append(
                f"monkeypatch.delenv({shown}, raising=False)"
                if value is None
                else f"monkeypatch.setenv({shown}, {self.arranger.shower.text(value)})"
            )
        for target, value in attempt.rebound.items():
            if target not in attempt.replaced and (value is None or type(value) in (bool, int, float, str)):
                self._patch(self._where(target), self.arranger.shower.show(value))
        for name, one in self.tops:
            self._below(name, one)
            if one.target:
                self._patch(self._where(one.target), name)
        for target, (value,) in attempt.replaced.items():
            if not isinstance(value, Double):
                self._patch(self._where(target), self.arranger.shower.show(value))

    def _where(self, target: str) -> str:
        """A name to be replaced, as monkeypatch takes it: a text, unless a package hides its module by a name."""
        shower = self.arranger.shower
        hidden = shower.conventions.interpreter.hidden(target)
        if not hidden:
            return shower.text(target)
        module, name = hidden
        shower.imports.add(Import("importlib", ""))
        on = f"importlib.import_module({shower.text(module)})"
        *between, last = name.split(".")
        return f"{'.'.join([on, *between])}, {shower.text(last)}"

    def has(self, owner: Obj) -> bool:
        """Whether some of them belong onto an object."""
        attributes = self.arranger.done.attempt.attributes
        return any(one.on is not None and one.on[0] is owner for _, one in self.tops) or any(
            on is owner for on, _, _ in attributes
        )

    def attach(self, owner: Obj) -> None:
        """Put the doubles onto an object that has them from a class of another library."""
        shown = self.arranger.shower.show(owner)
        for name, one in self.tops:
            if one.on is not None and one.on[0] is owner:
                self._patch(f'{shown}, "{one.on[1]}"', name, raising=False)
        for on, attribute, value in self.arranger.done.attempt.attributes:
            if on is owner:
                self._patch(f'{shown}, "{attribute}"', self.arranger.shower.show(value), raising=False)

    def _with_monkeypatch(self) -> None:
        if not any(one.name == "monkeypatch" for one in self.fixtures):
            self.fixtures.append(Fixture("monkeypatch", "pytest.MonkeyPatch"))
            self.arranger.shower.imports.add(Import("pytest", ""))

    def _patch(self, where: str, what: str, *, raising: bool = True) -> None:
        self._with_monkeypatch()
        more = "" if raising else ", raising=False"
        self.arranger.lines.append(f"monkeypatch.setattr({where}, {what}{more})")

    def _make(self, name: str, one: Double) -> None:
        kind = self._kind(one)
        given = self._given(one)
        spec = one.spec
        if isinstance(spec, External) and not one.asked and spec.name[:1].isupper() and "." in spec.dotted:
            module, _, cls = spec.dotted.rpartition(".")
            given = f"spec={self.arranger.shower.take(module, cls)}"
        self.arranger.lines.append(f"{name}: {kind} = {kind}({given})")

    def _kind(self, one: Double) -> str:
        return self.arranger.shower.take("unittest.mock", "AsyncMock" if one.is_awaited else "MagicMock")

    def _given(self, one: Double) -> str:
        """What a mock is told to give when it is called."""
        if not one.asked:
            return ""
        failing = [each.answer for each in one.asked if each.raised]
        if failing:
            return f"side_effect={self.arranger.shower.show(failing[0])}"
        answer = one.asked[0].answer
        if not isinstance(answer, Double):
            return f"return_value={self.arranger.shower.show(answer)}"
        if answer.above is not one:
            raise Unknown("what a call gives cannot be told")
        if one.is_awaited and not answer.is_bare:
            mock = self.arranger.shower.take("unittest.mock", "MagicMock")
            return f"return_value={mock}()"
        return ""

    def _set(self, at: str, joint: str, shown: str) -> None:
        text = self.arranger.shower.text(joint[1:])
        self.arranger.lines.append(
            f"{at}{joint} = {shown}" if is_plain(joint) else f"setattr({at}, {text}, {shown})"
        )

    def _below(self, name: str, one: Double) -> None:
        """Set the parts of a double that are no plain mocks."""
        at = one.expression(name)
        for joint, value in one.parts.items():
            if not isinstance(value, Double) or value.above is not one:
                if joint != "()":
                    self._set(at, spelled(joint), self.arranger.shower.show(value))
                continue
            is_lost = joint[1:] in one.fields  # the code puts something else there
            if (joint == " entered async" or is_lost) and not value.is_bare:  # an AsyncMock makes a bare one
                value.alias = self.arranger.fresh(f"{name}_{'entered' if joint[0] == ' ' else joint[1:]}")
                mock = self.arranger.shower.take("unittest.mock", "MagicMock")
                self.arranger.lines.append(f"{value.alias}: {mock} = {mock}()")
                self._set(at, spelled(joint), value.alias)
            if joint.startswith("."):
                given = self._given(value)
                if given or value.is_awaited or (one.spec is not None and one.above is None):
                    self._set(at, joint, f"{self._kind(value)}({given})")
            self._below(name, value)
