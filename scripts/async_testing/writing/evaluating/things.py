"""The values that evaluating a project's code works with, beside plain Python values."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from async_testing.writing.evaluating.modules import Module


SLIPS = (IndexError, KeyError, TypeError, AttributeError, ZeroDivisionError, StopIteration, UnboundLocalError)
"""What an operation raises that the code did not think of, most of the time."""


class Unknown(BaseException):
    """The code goes where it cannot be followed; the message says why."""


class Raised(Exception):
    """The code raises ``value``: an exception of Python's or a driver's, or an object of a class of the project."""

    def __init__(self, value: Any, *, said: bool = False) -> None:
        super().__init__(value)
        self.value = value
        self.said = said
        """Whether a ``raise`` of the code did it."""
        self.slip = not said and isinstance(value, SLIPS)
        """Whether Python raised it for an operation, and no ``raise`` of the code."""


class Again(BaseException):
    """Something about the inputs was learned on the way: the same attempt has to start anew."""


class External:
    """A name of another library, of which nothing but the name is known."""

    def __init__(self, dotted: str) -> None:
        self.dotted = dotted

    @property
    def name(self) -> str:
        """The last part of it."""
        return self.dotted.rpartition(".")[2]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, External) and other.dotted == self.dotted

    def __hash__(self) -> int:
        return hash(self.dotted)

    def __repr__(self) -> str:
        return f"External({self.dotted!r})"


class Opaque:
    """A value that is another one each time: a time, a random number; tests can only say that there is one."""

    def __init__(self, why: str) -> None:
        self.why = why

    def __repr__(self) -> str:
        return "ANY"

    def __bool__(self) -> bool:
        raise Unknown(f"it depends on {self.why}")

    def _refuse(self, *_: object) -> Any:
        raise Unknown(f"it depends on {self.why}")

    __lt__ = __le__ = __gt__ = __ge__ = __str__ = __format__ = __int__ = __len__ = __iter__ = _refuse

    def __deepcopy__(self, memo: object) -> Opaque:
        return self


class Inert:
    """A logger or the like: everything may be asked of it, and nothing comes of it."""

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __call__(self, *_: Any, **__: Any) -> Inert:
        """Call it."""
        return self

    def __deepcopy__(self, memo: object) -> Inert:
        return self


class Meta:
    """What a library's function was called with, kept for whoever knows what that means: ``Field(ge=1)``."""

    def __init__(
        self, name: str, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> None:
        self.name = name
        self.args = args
        self.kwargs = dict(kwargs or {})
        self.maybe = False
        """Whether it is not known if it was called."""

    def get(self, name: str, place: int, default: Any = None) -> Any:
        """An argument by its name or place."""
        if name in self.kwargs:
            return self.kwargs[name]
        return self.args[place] if 0 <= place < len(self.args) else default


class Recorder:
    """An object of a framework, such as a router: what it is told is kept in order."""

    def __init__(self, meta: Meta) -> None:
        self.meta = meta
        self.told: list[Meta] = []
        self.fields: dict[str, Any] = {}
        self.unsure: dict[str, str] = {}
        """What of it may be otherwise than it was told, and why."""


class Frame:
    """The variables of a call, and those around it.

    Args:
        module: where the code stands.
        parent: the frame of the function around it, None for a function of the module or of a class.
    """

    def __init__(self, module: Module, parent: Frame | None = None) -> None:
        self.module = module
        self.parent = parent
        self.names: dict[str, Any] = {}
        self.outer: frozenset[str] = frozenset()
        """Names that are declared nonlocal or global."""
        self.own: Any = None
        """The object or class that the function is called on."""
        self.owner: Cls | None = None
        self.is_body = False
        """Whether it is that of a class's body, whose names can be seen in it."""
        self.handled: Any = None
        """The exception that is being handled."""
        self.sets_up = False
        """Whether the function makes an application."""
        self.may_have_left = False
        """Whether the function may have returned before, where that is not known."""

    def find(self, name: str) -> Frame | None:
        """The frame that holds a variable."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.names:
                return frame
            frame = frame.parent
        return None

    def mangled(self, name: str) -> str:
        """A name as Python stores it: a class's private one, such as ``__pool``, has the class's own before it."""
        if not name.startswith("__") or name.endswith("__"):
            return name
        frame: Frame | None = self
        while frame is not None and frame.owner is None:
            frame = frame.parent
        return frame.owner.prefix + name if frame is not None and frame.owner is not None else name


class Cls:
    """A class of the project.

    Args:
        name: its name, with those of the classes around it.
        module: where it stands.
        node: its definition.
        frame: the variables around it.
    """

    def __init__(self, name: str, module: Module, node: ast.ClassDef, frame: Frame) -> None:
        self.qualname = name
        self.module = module
        self.node = node
        self.frame = frame
        self.bases: list[Any] = []
        self.given: list[Any] = []
        """The classes that its generic bases are given."""
        self.variables: list[str] = [one.name for one in getattr(node, "type_params", [])]
        """Its type variables."""
        self.arguments: dict[str, Any] = {}
        """The forms that its generic bases are given, by the names of their type variables."""
        self.kind = "plain"
        self.has_made_init = False
        """Whether a decorator gives it its constructor."""
        self.memo: dict[str, Any] = {}
        """What its names are, once they were asked for."""
        self.enum: Any = None

    @property
    def name(self) -> str:
        """Its last name."""
        return self.qualname.rpartition(".")[2]

    @property
    def prefix(self) -> str:
        """What Python puts before its private names."""
        return f"_{self.name.lstrip('_')}"

    def written(self, name: str) -> str:
        """A name as it stands in the class's body."""
        return name.removeprefix(self.prefix) if name.startswith(f"{self.prefix}__") else name

    def mro(self) -> list[Any]:
        """Itself and what it derives from, depth first and each once, the last time it comes."""
        found: list[Any] = [self]
        for base in self.bases:
            more = (
                base.mro() if isinstance(base, Cls) else [*base.__mro__] if isinstance(base, type) else [base]
            )
            found = [one for one in found if one not in more or one is self] + more
        return found

    def derives(self, other: Any) -> bool:
        """Whether it is, or derives from, another class."""
        return any(one is other or (isinstance(one, External) and one == other) for one in self.mro())

    def argument(self, variable: str) -> Any:
        """The form that stands for a type variable of a class above, None where it stays open."""
        above = (one.arguments for one in self.mro() if isinstance(one, Cls))
        return next((known[variable] for known in above if variable in known), None)

    def __repr__(self) -> str:
        return f"<class {self.qualname}>"

    def __deepcopy__(self, memo: object) -> Cls:
        return self


class Obj:
    """An object of a class of the project.

    ``given`` holds, for models, the names of the fields that were given; for exceptions ``args`` is a field.
    """

    def __init__(self, cls: Cls, fields: dict[str, Any] | None = None) -> None:
        self.cls = cls
        self.fields: dict[str, Any] = fields if fields is not None else {}
        self.given: set[str] = set()
        self.raw: dict[str, Any] = {}
        """What it was made with, for models."""
        self.call: tuple[list[Any], dict[str, Any]] | None = None
        """How its constructor was called, for other classes."""
        self.cause: Any = None
        self.changed = False
        """Whether a field was set once it was made."""
        self.partial = False
        """Whether its class takes some of it from another library, and a test can reach it to replace that."""
        self.handed = ""
        """The place of the collaborator's call that a row was given to, which may fill its columns."""

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Obj) or other.cls is not self.cls:
            return False
        if self.cls.kind in ("model", "dataclass"):
            return self.fields == other.fields
        return False

    def __hash__(self) -> int:
        if self.cls.kind in ("model", "dataclass"):
            return hash((id(self.cls), tuple(self.fields)))
        return id(self)

    def __repr__(self) -> str:
        return f"<{self.cls.qualname} {self.fields}>"

    def __deepcopy__(self, memo: object) -> Obj:
        return self


class Special:
    """An object of this package that stands for something, and answers for itself."""

    def attribute(self, name: str) -> Any:
        """What an attribute is. Raises: AttributeError, Unknown."""
        raise Unknown(f"it is not known what .{name} gives")

    def invoke(self, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """What calling it gives."""
        raise Unknown(f"it is not known what calling {type(self).__name__} gives")

    def __deepcopy__(self, memo: object) -> Special:
        return self


class Decorated(Special):
    """A function under a decorator of another library, of which nothing but the name is known.

    Args:
        func: the function below it.
        dotted: the decorator's name.
    """

    def __init__(self, func: Any, dotted: str) -> None:
        self.func = func
        self.dotted = dotted

    def invoke(self, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """What calling it gives is not known."""
        raise Unknown(f"the decorator {self.dotted} is not followed")


class Term(Special):
    """A part of a statement of SQLAlchemy: operators build others of it."""


class Manager:
    """A context manager: what entering gives, and what leaving does with the error, told whether it swallows it."""

    def __init__(self, enter: Callable[[], Any], leave: Callable[[Any], bool]) -> None:
        self.enter = enter
        self.leave = leave


class Descriptor:
    """A function in a class that is no plain method: ``staticmethod``, ``classmethod``, ``property``."""

    def __init__(self, kind: str, func: Any) -> None:
        self.kind = kind
        self.func = func


class _Null:
    """None as the value of a name in a class, where None alone says that there is no such name."""

    def __deepcopy__(self, memo: object) -> _Null:
        return self


NULL = _Null()


def has_opaque(value: Any) -> bool:
    """Whether some part of a value is another one each time."""
    if isinstance(value, Obj):
        return any(map(has_opaque, value.fields.values()))
    if isinstance(value, list | tuple | set):
        return any(map(has_opaque, value))
    if isinstance(value, dict):
        return any(map(has_opaque, value.values()))
    return isinstance(value, Opaque)
