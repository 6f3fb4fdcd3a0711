"""Bugs in what is written out: numbers, truth values, texts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.mutants.chains import is_first
from async_testing.mutants.edits import Edits, hinted, shortened
from async_testing.mutants.operators.errors import is_detail, is_status
from async_testing.mutants.operators.routes import is_route
from async_testing.mutants.regions import called_name
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.source import Function, Source

ORDER = 91
OPERATORS: list[Operator] = []
operator = collector(OPERATORS)


@operator(
    "constant",
    {
        "x = f(0, True, 1.5)": ["x = f(1, True, 1.5)", "x = f(0, False, 1.5)", "x = f(0, True, 2.5)"],
        "x = 'name'": ["x = '!name'"],
        "x = a.encode('utf-8')\ny = b.decode('ascii')": [
            "x = a.encode('ascii')\ny = b.decode('ascii')",
            "x = a.encode('utf-8')\ny = b.decode('utf-16')",
        ],
        "class A(Base):\n    __abstract__ = True": [],
        "x: int = 3": ["x: int = 4"],
        "def f(a=None, b=False): ...": ["def f(a=None, b=True): ..."],
        "def _f(a, b=0): ...\nx = _f(c, d) + _f(c, b=d)": [],
        "def _f(a, b=0): ...\nx = _f(c, d) + _f(c)": ["def _f(a, b=1): ...\nx = _f(c, d) + _f(c)"],
        "def f():\n    'doc'\n    raise ValueError('for people')": [],
        "q = 'SELECT a FROM b'": [],
        "def f(s):\n    return s.scalars(select(U).limit(1)).first()": [],
    },
    "assert on what comes of {old}: it could be {new} and no test would tell",
)
def constant(source: Source) -> Iterator[Edits]:
    """Another number, truth value or text."""
    for node in source.nodes:
        if isinstance(node, ast.Constant) and any(reason(node, source) for reason in _WITHOUT_EFFECT):
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, bool):
            yield (source.replace(node, str(not node.value)),)
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, int | float)
            and not is_status(node, source)
        ):
            yield (source.replace(node, repr(node.value + 1)),)
    for literal in source.literals:
        if literal.node in source.statements or is_detail(literal.node, source) or source.is_sql:
            continue
        if literal.node is not None and not _is_for_people(literal.node, source):
            if _is_codec(literal.node, source):  # Python takes "!utf-8" for "utf-8"
                other = "utf-16" if literal.text.lower() == "ascii" else "ascii"
                yield hinted(literal.edit(0, len(literal.text), other), "give a text that is not ASCII")
                continue
            hint = f"assert on what comes of {shortened(source.code(literal.node))}, letter for letter"
            yield hinted(literal.edit(0, 0, "!"), hint)


def _is_codec(node: ast.expr, source: Source) -> bool:
    """Whether a text is the name of an encoding."""
    match source.parents.get(node):
        case ast.Call(func=ast.Attribute(attr="encode" | "decode"), args=[first, *_]):
            return first is node
        case ast.keyword(arg="encoding"):
            return True
    return False


_TUNING = re.compile(
    r"timeout|pool|overflow|recycle|interval|delay|backoff|jitter|workers|threads|chunk|buffer|ttl|max_age|expir"
    r"|keep_?alive|echo|debug|verbose|native_enum|synchronize_session|cache_ok|as_uuid|check_same_thread|seconds",
    re.IGNORECASE,
)


def _is_tuning(node: ast.Constant, source: Source) -> bool:
    """Whether a value only says how long, how much or how loud: one more is no bug."""
    child: ast.AST = node
    for parent in source.above(node):
        names: list[str] = []
        match parent:
            case ast.keyword(arg=str(name)):
                names = [name]
            case ast.Dict(keys=keys, values=values) if child in values:
                key = keys[values.index(child)] if isinstance(child, ast.expr) else None
                names = [str(key.value)] if isinstance(key, ast.Constant) else []
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                names = [name]
            case ast.arguments() if isinstance(child, ast.expr):
                names = _argument_of(parent, child)
        if names:
            return bool(_TUNING.search(names[0]))
        if not isinstance(parent, ast.BinOp | ast.UnaryOp | ast.Tuple | ast.List):
            return False
        child = parent
    return False


def _is_abstract(node: ast.Constant, source: Source) -> bool:
    """Whether a value only says that SQLAlchemy maps no table to a class: it could not, with another."""
    parent = source.parents.get(node)
    return isinstance(parent, ast.Assign) and called_name(parent.targets[0]) == "__abstract__"


def _is_never_taken(node: ast.Constant, source: Source) -> bool:
    """Whether a default is that of a private function whose calls all give the argument."""
    spec = source.parents.get(node)
    if not isinstance(spec, ast.arguments):
        return False
    function = source.parents.get(spec)
    if not isinstance(function, Function) or not re.match(r"_[^_]", function.name):
        return False
    (name,) = _argument_of(spec, node)
    names = [
        argument.arg for argument in [*spec.posonlyargs, *spec.args] if argument.arg not in ("self", "cls")
    ]
    place = names.index(name) if name in names else len(names)
    uses = [
        part
        for part in ast.walk(source.tree)
        if isinstance(part, ast.Name | ast.Attribute) and called_name(part) == function.name
    ]
    calls = [call for use in uses if isinstance(call := source.parents[use], ast.Call) and call.func is use]
    return (
        bool(calls)
        and len(calls) == len(uses)
        and all(len(call.args) > place or name in [item.arg for item in call.keywords] for call in calls)
    )


def _is_more_than_first(node: ast.Constant, source: Source) -> bool:
    """Whether a value is the limit of rows of which only the first is taken."""
    call = source.parents.get(node)
    return isinstance(call, ast.Call) and is_first(source, call)


_WITHOUT_EFFECT = (_is_tuning, _is_abstract, _is_never_taken, _is_more_than_first)


def _argument_of(arguments: ast.arguments, default: ast.expr) -> list[str]:
    """Return the name of the argument that a default is of."""
    plain = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(reversed(plain), reversed(arguments.defaults), strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=False),
    ]
    return [argument.arg for argument, value in pairs if value is default]


def _is_for_people(node: ast.expr, source: Source) -> bool:
    """Whether a text is a message of an error, a path that another operator changes, or a type's name."""
    for parent in source.above(node):
        if isinstance(parent, ast.Raise):
            return True
        if isinstance(parent, ast.Call) and is_route(parent):
            return True
        if isinstance(parent, ast.Assign) and called_name(parent.targets[0]) in _MESSAGES:
            return True
        if isinstance(parent, ast.stmt):
            return False
    return False


_MESSAGES = {"msg", "message", "error_message", "err_msg", "error_msg"}
