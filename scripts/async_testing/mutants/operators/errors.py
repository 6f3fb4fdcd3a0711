"""Bugs in what goes wrong: exceptions, status codes, details."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

from async_testing.mutants.edits import Edit, Edits, hinted, shortened
from async_testing.mutants.regions import called_name
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.source import Source

ORDER = 50
OPERATORS: list[Operator] = []
operator = collector(OPERATORS)

_STATUS = {200: 201, 201: 200, 204: 200, 400: 500, 401: 403, 403: 401, 404: 500, 409: 500, 422: 400, 500: 400}
_NAMES = {
    "200_OK": "201_CREATED",
    "201_CREATED": "200_OK",
    "204_NO_CONTENT": "200_OK",
    "401_UNAUTHORIZED": "403_FORBIDDEN",
    "403_FORBIDDEN": "401_UNAUTHORIZED",
}


@operator(
    "except-narrowed",
    {
        "try:\n    a()\nexcept (A, B):\n    b()": [
            "try:\n    a()\nexcept (B):\n    b()",
            "try:\n    a()\nexcept (A):\n    b()",
            "try:\n    a()\nexcept ():\n    b()",
        ],
    },
)
def narrowed(source: Source) -> Iterator[Edits]:
    """A handler that catches one type less, or nothing."""
    for node in _handlers(source):
        if isinstance(node.type, ast.Tuple) and len(node.type.elts) > 1:
            names = [source.code(element) for element in node.type.elts]
            for name in names:
                rest = ", ".join(other for other in names if other != name)
                if any(_is_part_of(name, other) for other in names if other != name):
                    continue
                yield hinted(
                    [source.replace(node.type, f"({rest})")], f"provoke {name} and {_outcome(source, node)}"
                )
        if node.type is not None:
            hint = f"provoke {source.code(node.type)} and {_outcome(source, node)}"
            yield hinted([source.replace(node.type, "()")], hint)


def _assertion(source: Source, node: ast.Raise) -> str:
    """Return what to assert where an error is raised: the status of an answer, else the class."""
    if node.exc is None:
        return "assert that the same error is raised"
    status = re.search(r"\bHTTP_([345]\d\d)_|\b([345]\d\d)\b", source.code(node.exc))
    if status:
        return f"assert {status[1] or status[2]} and what comes with it"
    return f"assert that {called_name(node.exc) or 'it'} is raised"


def _is_part_of(name: str, other: str) -> bool:
    """Whether both are built in and what is caught as one is caught as the other."""
    one, wider = getattr(builtins, name, None), getattr(builtins, other, None)
    return isinstance(one, type) and isinstance(wider, type) and issubclass(one, wider)


def _outcome(source: Source, node: ast.ExceptHandler) -> str:
    """Return what the caller gets where a handler runs, as something to assert."""
    for part in (part for one in node.body for part in ast.walk(one)):
        if isinstance(part, ast.Raise):
            return _assertion(source, part)
        if isinstance(part, ast.Return) and part.value is not None:
            return f"assert that {shortened(source.code(part.value))} is returned"
    return f"assert that `{shortened(source.code(node.body[0]))}` happens"


@operator(
    "except-widened",
    {
        "try:\n    a()\nexcept A as error:\n    b()\nexcept Exception:\n    pass": [
            "try:\n    a()\nexcept Exception as error:\n    b()\nexcept Exception:\n    pass"
        ],
        "try:\n    x = a.b['c']\nexcept KeyError:\n    x = None": [],
        "try:\n    x, y = a.split(':')\nexcept ValueError:\n    x = None": [],
        "try:\n    return next(iter(a.items()))\nexcept StopIteration:\n    pass": [],
        "try:\n    return getattr(a.b, 'c')\nexcept AttributeError:\n    pass": [],
    },
)
def widened(source: Source) -> Iterator[Edits]:
    """A handler that catches everything."""
    for node in _handlers(source):
        if node.type is not None and called_name(node.type) not in ("Exception", "BaseException"):
            if _is_all_there_is(source, node, called_name(node.type)):
                continue
            hint = f"raise another error than {source.code(node.type)} there, and assert that it passes"
            yield hinted([source.replace(node.type, "Exception")], hint)


def _is_all_there_is(source: Source, node: ast.ExceptHandler, name: str) -> bool:
    """Whether nothing but the one error can come of a block that only looks something up, or takes a text apart."""
    block, raising = source.parents.get(node), _RAISED_BY.get(name, ())
    parts = [part for one in block.body for part in ast.walk(one)] if isinstance(block, ast.Try) else []

    def may_raise(part: ast.AST) -> bool:
        return (called_name(part) if isinstance(part, ast.Call) else type(part)) in raising

    return any(map(may_raise, parts)) and all(may_raise(part) or isinstance(part, _PLAIN) for part in parts)


_RAISED_BY: dict[str, tuple[type | str, ...]] = {
    **dict.fromkeys(("KeyError", "IndexError", "LookupError"), (ast.Subscript,)),
    "AttributeError": (ast.Attribute, "getattr", "isinstance", "cast"),
    "ValueError": ("split", "rsplit"),
    "StopIteration": ("next", "iter", "items", "keys", "values"),
}
"""What raises an error, as nodes or as names of what is called."""
_PLAIN = (ast.Assign, ast.Return, ast.Name, ast.Attribute, ast.Constant, ast.Tuple, ast.expr_context)


@operator(
    "except-swallowed",
    {
        "def f():\n    try:\n        a()\n    except A:\n        log()\n        raise B": [
            "def f():\n    try:\n        a()\n    except A:\n        pass",
            "def f():\n    try:\n        a()\n    except A:\n        return None",
        ]
    },
)
def swallowed(source: Source) -> Iterator[Edits]:
    """A handler that does nothing, or returns None."""
    for node in _handlers(source):
        start, end = source.span(node.body[0])[0], source.span(node.body[-1])[1]
        caught = source.code(node.type) if node.type is not None else "an error"
        hint = f"provoke {caught} and {_outcome(source, node)}"
        yield hinted([Edit(start, end, "pass")], hint)
        function = source.function(node)
        if function is not None and not _is_generator(function):
            yield hinted([Edit(start, end, "return None")], hint)


def _is_generator(node: ast.AST) -> bool:
    return any(isinstance(part, ast.Yield | ast.YieldFrom) for part in ast.walk(node))


@operator(
    "raise-removed",
    {"def f(x):\n    if x:\n        raise A(x)": ["def f(x):\n    if x:\n        pass"]},
)
def removed_raise(source: Source) -> Iterator[Edits]:
    """An error that is not raised."""
    for node in source.nodes:
        if isinstance(node, ast.Raise):
            condition = _condition(source, node)
            yield hinted([source.replace(node, "pass")], f"{condition} and {_assertion(source, node)}")


def _condition(source: Source, node: ast.Raise) -> str:
    """Return when an error is raised, as something to do."""
    parent = source.parents.get(node)
    if isinstance(parent, ast.If) and node in parent.body:
        return f"run it where `{shortened(source.code(parent.test))}` holds"
    if isinstance(parent, ast.ExceptHandler) and parent.type is not None:
        return f"provoke {source.code(parent.type)}"
    return "provoke the error"


@operator(
    "raise-class",
    {
        "def f(x):\n    if x: raise Gone('a')\n    raise Taken('b')": [
            "def f(x):\n    if x: raise Taken('a')\n    raise Taken('b')",
            "def f(x):\n    if x: raise Gone('a')\n    raise Gone('b')",
        ],
        "def f(x):\n    raise ValueError(x)": ["def f(x):\n    raise RuntimeError(x)"],
        "def f(x):\n    if x: raise HTTPException(404, 'a')\n    raise E(a=x)": [],
    },
)
def wrong_class(source: Source) -> Iterator[Edits]:
    """An error of another class, such as one that the file raises elsewhere."""
    raised = [call for node in source.nodes if (call := _raised(node)) is not None]
    shapes = {called_name(call): _shape(call) for call in raised}
    for call in raised:
        name = called_name(call)
        others = [other for other, shape in shapes.items() if other != name and shape == _shape(call)]
        later = [other for other in others if list(shapes).index(other) > list(shapes).index(name)]
        other = next(iter(later + others), "RuntimeError" if not call.keywords else "")
        if other and name != "RuntimeError":
            hint = f"provoke it and assert that the class is {name}, not only a base of it"
            yield hinted([source.replace(call.func, other)], hint)


def _raised(node: ast.AST) -> ast.Call | None:
    """Return the call in a `raise Name(…)` that makes no response by itself."""
    match node:
        case ast.Raise(exc=ast.Call(func=ast.Name(id=name)) as call) if not name.startswith("HTTP"):
            return call
    return None


def _shape(call: ast.Call) -> tuple[object, ...]:
    return len(call.args), *(keyword.arg for keyword in call.keywords)


@operator(
    "raise-cause",
    {"try: a()\nexcept B as e:\n    raise C from e": ["try: a()\nexcept B as e:\n    raise C"]},
    "assert that the error's __cause__ is the one that was caught",
)
def dropped_cause(source: Source) -> Iterator[Edits]:
    """An error that does not say what it comes from."""
    for node in source.nodes:
        match node:
            case ast.Raise(exc=ast.expr() as raised, cause=ast.Name() as cause):
                yield (Edit(source.span(raised)[1], source.span(cause)[1], ""),)


@operator(
    "status-code",
    {
        "raise HTTPException(404, 'x')": ["raise HTTPException(500, 'x')"],
        "@r.post('', status_code=201)\ndef f(): g(404)": ["@r.post('', status_code=200)\ndef f(): g(404)"],
        "raise E(status_code=status.HTTP_404_NOT_FOUND)": [
            "raise E(status_code=status.HTTP_500_INTERNAL_SERVER_ERROR)"
        ],
        "if response.status_code in (401, 403): pass": [
            "if response.status_code in (403, 403): pass",
            "if response.status_code in (401, 401): pass",
        ],
        "x = sizes[404]": [],
    },
    "assert the status code {old}",
)
def wrong_status(source: Source) -> Iterator[Edits]:
    """Another status code."""
    for node in source.nodes:
        if isinstance(node, ast.Constant) and type(node.value) is int and node.value in range(200, 600):
            if is_status(node, source):
                yield (source.replace(node, str(_STATUS.get(node.value, 500))),)
        elif isinstance(node, ast.Attribute) and (match := re.fullmatch(r"HTTP_(\d+_\w+)", node.attr)):
            _, end = source.span(node)
            other = _NAMES.get(match[1], "500_INTERNAL_SERVER_ERROR")
            yield (Edit(end - len(match[1]), end, other),)


def is_status(node: ast.Constant, source: Source) -> bool:
    """Whether a number stands where a status code does: by keyword, by comparison, in an exception, in a table."""
    for parent in source.above(node):
        if isinstance(parent, ast.keyword):
            return "status" in (parent.arg or "")
        if isinstance(parent, ast.Compare):
            return "status" in source.code(parent)
        if isinstance(parent, ast.Call):
            name = called_name(parent)
            return bool(re.search(r"exception|error|response|status|cls", name, re.IGNORECASE))
        if isinstance(parent, ast.Dict | ast.Tuple | ast.List):
            continue
        if isinstance(parent, ast.stmt):
            text = source.code(parent).lower()
            return "status" in text or "codes" in text or "exception" in text
    return False


@operator(
    "error-detail",
    {
        "raise HTTPException(404, detail='not found')": ["raise HTTPException(404, detail='!not found')"],
        "raise DAOException(404, f'{x}: not found')": ["raise DAOException(404, f'!{x}: not found')"],
        "raise ValueError('for people')": [],
    },
    "assert the detail of the answer or error",
)
def wrong_detail(source: Source) -> Iterator[Edits]:
    """Another text in what the caller gets to read."""
    for literal in source.literals:
        if is_detail(literal.node, source):
            yield literal.edit(0, 0, "!")


def is_detail(node: ast.AST | None, source: Source) -> bool:
    """Whether a string is the detail of an error response."""
    parent = source.parents.get(node) if node is not None else None
    if isinstance(parent, ast.keyword):
        return parent.arg == "detail"
    return (
        isinstance(parent, ast.Call)
        and len(parent.args) > 1
        and node in parent.args[1:]
        and isinstance(parent.args[0], ast.Constant | ast.Attribute | ast.Name)
        and bool(re.search(r"exception|error|cls", called_name(parent), re.IGNORECASE))
    )


def _handlers(source: Source) -> Iterator[ast.ExceptHandler]:
    return (node for node in source.nodes if isinstance(node, ast.ExceptHandler))
