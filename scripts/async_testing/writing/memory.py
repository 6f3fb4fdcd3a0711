"""What all attempts at a function have in common."""

from __future__ import annotations

from typing import Any, NamedTuple

from async_testing.writing.evaluating.forms import Form
from async_testing.writing.evaluating.interpreter import Interpreter
from async_testing.writing.samples import Samples


class Choice(NamedTuple):
    """Something that was chosen: where, from how many options, and in words what was."""

    place: str
    options: int
    words: str


class Memory:
    """What all attempts at a function have in common: values, and what was learned about them.

    Args:
        interpreter: evaluates the code.
        texts: texts that the code compares with.
        numbers: numbers that it compares with.
    """

    def __init__(self, interpreter: Interpreter, texts: list[str], numbers: list[int]) -> None:
        self.interpreter = interpreter
        self.samples = Samples()
        self.texts = texts
        self.numbers = numbers
        self.hints: dict[str, Form] = {}
        """Forms that values turned out to need, by place."""
        self.columns: dict[str, list[str]] = {}
        """Columns that the code reads of rows, by answer."""
        self.tried: dict[str, int] = {}
        """How many formats were refused, by place."""
        self.defaults: set[str] = set()
        """Texts that parameters have by default, where some attempt left them so."""
        self.places: dict[tuple[str, Any], str] = {}
        """Where a value was made, by its type and itself."""
        self.awaited: set[str] = set()
        """Places of what the code calls and awaits."""
        self.doubted: set[str] = set()
        """Places of what the code asks whether it is there."""
        self.aside: set[str] = set()
        """What tests replace since it cannot be followed, by dotted name."""
        self.returns: dict[str, Form] = {}
        """What annotations say of what is replaced, by place; nothing is lost where no such value can be made."""
        self.stored: set[str] = set()
        """Calls of collaborators that fill the columns of the row that they are given, by place."""
        self.related: set[str] = set()
        """Relationships that the code reads of rows that are handed in, by place."""
        self.same: dict[str, list[Any]] = {}
        """Values that those of other places are compared with, by place."""
        self.lacking: set[str] = set()
        """Attributes of the object under test that are None until something else sets them."""
        self.loose: set[str] = set()
        """Places of which nothing says what belongs there."""
        self.owner: Any = None
        """The class under test, None for a function."""
        self.home: Any = None
        """The module under test."""
        self.subject = ""
        """The function under test, as a dotted name."""
        self.is_anywhere = False
        """Whether what other modules of the project look up may be replaced too."""
        self.used: set[tuple[str, str]] = set()
        """Methods of collaborators that some attempt has called, with the place of each collaborator."""
