"""What travels from the facts of a module to the reports: plain tuples, whose fields are the JSON."""

from __future__ import annotations

from typing import Any, NamedTuple


class Parameter(NamedTuple):
    """A parameter of a function, ``self`` and ``cls`` left out."""

    name: str
    annotation: str
    default: str
    injected: str = ""
    """What gives it where the caller does not: ``Depends(get_service)``, ``FromDishka``, ``Provide[...]``."""


class Bound(NamedTuple):
    """A column and what it is given or compared with."""

    clause: str
    """``values``, ``set``, ``where``, or ``limit`` and ``offset`` without a column."""
    column: str
    operator: str
    value: str
    """A Python expression where a placeholder stands, else what SQL says."""


class Statement(NamedTuple):
    """A statement that a function sends, as far as parsing tells."""

    line: int
    text: str
    form: str
    """``literal``, ``f-string``, ``constant``, ``format``, ``concatenation``, ``query file`` or ``sqlalchemy``."""
    verb: str
    tables: tuple[str, ...]
    columns: tuple[Bound, ...]
    placeholders: tuple[str, ...]
    parameters: tuple[str, ...]
    """What is sent for the placeholders, as Python expressions in order."""
    complete: bool
    """Whether all of its text is known; else ``{…}`` stands for the rest."""
    via: str = ""
    """The helper that sends it, empty where the function itself does."""


class Call(NamedTuple):
    """What a function asks of a driver or session, in order."""

    line: int
    receiver: str
    method: str
    awaited: bool
    statement: int | None
    """Its place among the function's statements."""
    transaction: str
    """What began the transaction around it, empty outside of any."""
    batch: bool
    loop: bool
    via: str = ""


class Collaborator(NamedTuple):
    """Another object or function that a function works with."""

    name: str
    type: str
    injected: str
    calls: tuple[str, ...]


class Branch(NamedTuple):
    """A place where the code goes one way or another."""

    line: int
    kind: str
    condition: str
    slug: str
    ends: str
    """How its first way ends: ``raise``, ``return``, or empty where it goes on."""


class Raise(NamedTuple):
    """An error that a function raises itself."""

    line: int
    exception: str
    status: int | None
    condition: str
    slug: str
    via: str = ""


class Mapping(NamedTuple):
    """What a function makes of an error of what it calls."""

    line: int
    catches: tuple[str, ...]
    outcome: str
    """``raises``, ``reraised``, ``returns`` or ``swallowed``."""
    raises: str
    status: int | None
    via: str = ""


class Given(NamedTuple):
    """A parameter of a route, and where it comes from: path, query, header, cookie, body, form, dependency, request."""

    name: str
    place: str
    annotation: str
    required: bool
    dependency: str = ""


class Route(NamedTuple):
    """How a function is reached over HTTP."""

    methods: tuple[str, ...]
    path: str
    given: tuple[Given, ...]
    body: str
    response: str
    status: int
    statuses: tuple[int, ...]
    dependencies: tuple[str, ...]
    auth: tuple[str, ...]
    name: str = ""
    """What it can be looked up by, empty for the function's own name."""
    own: str = ""
    """The path from its router on; ``path`` has the prefixes too that the router is included with."""


class Function(NamedTuple):
    """A public function or method."""

    name: str
    line: int
    layer: str
    kind: str
    """``async``, ``sync``, ``async generator``, ``generator``."""
    binding: str
    """``function``, ``method``, ``staticmethod``, ``classmethod`` or ``property``."""
    parameters: tuple[Parameter, ...]
    returns: str
    decorators: tuple[str, ...]
    seam: str
    statements: tuple[Statement, ...]
    calls: tuple[Call, ...]
    transactions: tuple[str, ...]
    collaborators: tuple[Collaborator, ...]
    branches: tuple[Branch, ...]
    raises: tuple[Raise, ...]
    mappings: tuple[Mapping, ...]
    route: Route | None
    starred: tuple[str, ...] = ()
    """Starred parameters as they are written, which ``parameters`` leaves out."""


class Field(NamedTuple):
    """A field of a model; values are Python expressions, empty where parsing cannot tell one."""

    name: str
    annotation: str
    required: bool
    default: str
    constraints: tuple[tuple[str, str], ...]
    validators: tuple[str, ...]
    valid: str
    invalid: tuple[tuple[str, str], ...]
    """Pairs of what is wrong and the value."""


class Model(NamedTuple):
    """A class whose fields are validated."""

    name: str
    line: int
    bases: tuple[str, ...]
    fields: tuple[Field, ...]
    validators: tuple[str, ...]
    extra: str


class Case(NamedTuple):
    """A test worth having."""

    name: str
    subject: str
    path: str
    """The kind of way through the code: ``success``, ``error``, ``branch``, ``transaction``, ``validation`` …"""
    line: int
    about: str
    covered: str
    """The test that takes this way already, empty where none does."""


class Need(NamedTuple):
    """A fixture or fake that the tests ask for."""

    name: str
    why: str
    found: str
    """Where the project has it, empty where it has not."""


class Reference(NamedTuple):
    """A page to load before writing."""

    path: str
    when: str


class Plan(NamedTuple):
    """Everything about one module."""

    path: str
    module: str
    layer: str
    functions: tuple[Function, ...]
    models: tuple[Model, ...]
    cases: tuple[Case, ...]
    needs: tuple[Need, ...]
    references: tuple[Reference, ...]
    test_file: str
    """Where its tests are, or belong."""


def plain(value: Any) -> Any:
    """Tuples with names as dictionaries, all the way down, for JSON."""
    if isinstance(value, tuple):
        if hasattr(value, "_fields"):
            return {name: plain(one) for name, one in zip(value._fields, value, strict=True)}
        return [plain(one) for one in value]
    return value
