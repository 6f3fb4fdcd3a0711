"""Bugs in routes and in what they answer."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

from async_testing.mutants.edits import Edit, Edits, hinted, shortened, without
from async_testing.mutants.regions import called_name
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.source import Source

ORDER = 60
OPERATORS: list[Operator] = []
operator = collector(OPERATORS)

_METHODS = {"get": "post", "post": "put", "put": "patch", "patch": "put", "delete": "post"}
_DEPENDS = re.compile(r"\b(?:Depends|Security)\(")
_ROUTERS = ("app", "router", "api", "r")


@operator(
    "field-dropped",
    {
        "class A(BaseModel):\n    id: int\n    name: str = ''": [
            "class A(BaseModel):\n    pass\n    name: str = ''",
            "class A(BaseModel):\n    id: int\n    pass",
        ],
        "class A:\n    id: int": [],
    },
    "assert on the field: `{old}`",
)
def dropped_field(source: Source) -> Iterator[Edits]:
    """A model without one of its fields."""
    for node in source.nodes:
        if isinstance(node, ast.ClassDef) and (node.bases or node.decorator_list):
            for field in node.body:
                if (
                    isinstance(field, ast.AnnAssign)
                    and source.is_active(field)
                    and "ClassVar" not in source.code(field)
                ):
                    yield (source.replace(field, "pass"),)


@operator(
    "item-dropped",
    {
        "x = {'a': 1, **b}": ["x = {**b}", "x = {'a': 1}"],
        "x = {'a': 1}": ["x = {}"],
        "x = Read(id=1, name=n)": ["x = Read(name=n)", "x = Read(id=1)"],
        "x = f(id=1, name=n)": [],
        "x = App(1, title='a', **b)": [],
    },
    "assert on all of what is made in {function}: `{old}` is gone",
)
def dropped_item(source: Source) -> Iterator[Edits]:
    """A dictionary or a constructed object without one of its values."""
    for node in source.nodes:
        if isinstance(node, ast.Dict):
            spans = [
                (_key_start(source, key, value), source.span(value)[1])
                for key, value in zip(node.keys, node.values, strict=True)
            ]
        elif isinstance(node, ast.Call) and called_name(node)[:1].isupper() and not _is_field(node):
            yield from _dropped_keywords(source, node)
            continue
        else:
            continue
        yield from (without(spans, index) for index in range(len(spans)))


def _dropped_keywords(source: Source, node: ast.Call) -> Iterator[Edits]:
    spans = source.arguments(node)
    for index, keyword in enumerate(node.keywords, start=len(node.args)):
        if keyword.arg is not None and source.is_active(keyword):
            yield without(spans, index)


def _key_start(source: Source, key: ast.expr | None, value: ast.expr) -> int:
    if key is not None:
        return source.span(key)[0]
    return source.text.rindex("**", 0, source.span(value)[0])


def _is_field(node: ast.Call) -> bool:
    return called_name(node) in (
        "Field",
        "Query",
        "Path",
        "Body",
        "Header",
        "Cookie",
        "Depends",
        "ConfigDict",
    )


@operator(
    "values-swapped",
    {
        "x = {'a': b, 'c': d}": ["x = {'a': d, 'c': b}"],
        "x = f(a=b, c=d, e=d)": ["x = f(a=d, c=b, e=d)"],
        "x = f(a, b)": ["x = f(b, a)"],
        "x = f(404, 'text', a, b.c)": [],
    },
)
def swapped_values(source: Source) -> Iterator[Edits]:
    """Two neighbouring values of a dictionary or a call, exchanged."""
    for node in source.nodes:
        groups: list[list[ast.expr]] = []
        if isinstance(node, ast.Dict):
            groups = [[value for key, value in zip(node.keys, node.values, strict=True) if key is not None]]
        elif isinstance(node, ast.Call) and called_name(node) not in _EITHER_WAY:
            named = [keyword.value for keyword in node.keywords if keyword.arg and source.is_active(keyword)]
            groups = [list(node.args), named]
        for first, second in (pair for group in groups for pair in pairwise(group)):
            a, b = source.code(first), source.code(second)
            if a != b and _kind(first) == _kind(second) != ast.Starred:
                hint = f"give values that differ for `{shortened(a)}` and `{shortened(b)}`: assert which goes where"
                yield hinted([source.replace(first, b), source.replace(second, a)], hint)


_EITHER_WAY = {"isinstance", "getattr", "Depends", "min", "max", "and_", "or_", "union", "Union", "options"}


def _kind(node: ast.expr) -> type:
    """Return what sort of thing an expression is: a swap of unlike ones fails on the spot and proves nothing."""
    if isinstance(node, ast.Constant):
        return type(node.value)
    if isinstance(node, ast.Name) and node.id[:1].isupper():
        return type
    return str if isinstance(node, ast.JoinedStr) else type(node)


@operator(
    "route-protection",
    {
        "@r.get('/', dependencies=[Depends(a), Depends(b)])\ndef f(): ...": [
            "@r.get('/', dependencies=[Depends(b)])\ndef f(): ...",
            "@r.get('/', dependencies=[Depends(a)])\ndef f(): ...",
        ],
        "router = APIRouter(dependencies=[Depends(a)])": ["router = APIRouter(dependencies=[])"],
        "def f(x: int, _: Annotated[None, Depends(a)]):\n    return x": ["def f(x: int):\n    return x"],
        "def f(x: int, user=Depends(a)):\n    return user": [],
        "@router.get('/{x}')\ndef f(x: Id, _: SignedIn, request: Request):\n    return 1": [
            "@router.get('/{x}')\ndef f(x: Id, request: Request):\n    return 1"
        ],
    },
    "let the dependency refuse, and assert that the route does: `{old}`",
)
def dropped_protection(source: Source) -> Iterator[Edits]:
    """A route that depends on one thing less."""
    for node in source.nodes:
        if isinstance(node, ast.keyword) and node.arg == "dependencies" and isinstance(node.value, ast.List):
            spans = [source.span(element) for element in node.value.elts]
            yield from (without(spans, index) for index in range(len(spans)))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _unused_dependencies(source, node)


def _unused_dependencies(source: Source, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Edits]:
    arguments = [*node.args.args, *node.args.kwonlyargs]
    if node.args.vararg or (node.args.args and node.args.kwonlyargs):
        return
    used = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    defaults = dict(zip(reversed(node.args.args), reversed(node.args.defaults), strict=False))
    spans = []
    for argument in arguments:
        start, end = source.span(argument)
        default = defaults.get(argument)
        spans.append((start, source.span(default)[1] if default is not None else end))
    for index, argument in enumerate(arguments):
        depends = _DEPENDS.search(source.text[slice(*spans[index])]) or _is_alias(source, node, argument)
        if depends and argument.arg not in used:
            yield without(spans, index)


def _is_alias(source: Source, node: ast.FunctionDef | ast.AsyncFunctionDef, argument: ast.arg) -> bool:
    """Whether an argument of a route is a dependency by the name of its type alone."""
    routes = [decorator for decorator in node.decorator_list if is_route(decorator)]
    name = argument.annotation.id if isinstance(argument.annotation, ast.Name) else ""
    return (
        bool(routes)
        and name[:1].isupper()
        and name not in _GIVEN
        and not any(f"{{{argument.arg}" in source.code(route) for route in routes)
    )


_GIVEN = {
    "Request",
    "Response",
    "BackgroundTasks",
    "WebSocket",
    "HTTPConnection",
    "SecurityScopes",
    "UploadFile",
}


@operator(
    "route-changed",
    {
        "@r.get('/{id}', response_model=A)\ndef f(): ...": [
            "@r.post('/{id}', response_model=A)\ndef f(): ...",
            "@r.get('/{id}/other', response_model=A)\ndef f(): ...",
            "@r.get('/{id}')\ndef f(): ...",
        ],
        "@r.get('/')\ndef f() -> A: ...": [
            "@r.post('/')\ndef f() -> A: ...",
            "@r.get('/other')\ndef f() -> A: ...",
            "@r.get('/', response_model=None)\ndef f() -> A: ...",
        ],
    },
)
def changed_route(source: Source) -> Iterator[Edits]:
    """Another method, another path, an answer without its model."""
    for node in source.nodes:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for decorator in node.decorator_list:
            if is_route(decorator) and isinstance(decorator, ast.Call):
                yield from _changed(source, node, decorator)


def is_route(node: ast.expr) -> bool:
    """Whether a decorator registers a route, such as `router.get(…)`."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    return called_name(node.func.value).endswith(_ROUTERS) and node.func.attr in _METHODS


def _changed(
    source: Source, function: ast.FunctionDef | ast.AsyncFunctionDef, node: ast.Call
) -> Iterator[Edits]:
    _, end = source.span(node.func)
    method = called_name(node.func)
    hint = f"call the route with {method.upper()}, and assert its status"
    yield hinted([Edit(end - len(method), end, _METHODS[method])], hint)
    for literal in source.literals:
        if node.args and literal.node is node.args[0]:
            hint = f"call the route by its path, {literal.text or 'the prefix'}"
            more = "other" if literal.text.endswith("/") else "/other"
            yield hinted(literal.edit(len(literal.text), len(literal.text), more), hint)
    _, close = source.span(node)
    models = [keyword for keyword in node.keywords if keyword.arg == "response_model"]
    hint = "assert on the whole body of the answer, and that it has nothing that the model keeps back"
    if models:
        spans = source.arguments(node)
        yield hinted(without(spans, spans.index(source.span(models[0]))), hint)
    elif function.returns is not None and source.code(function.returns) != "None":
        text = ", response_model=None" if node.args or node.keywords else "response_model=None"
        yield hinted([Edit(close - 1, close - 1, text)], hint)


@operator(
    "decorator-dropped",
    {
        "@connected\n@wraps(f)\ndef g(): ...": ["@wraps(f)\ndef g(): ...", "@connected\ndef g(): ..."],
        "@staticmethod\n@router.get('/')\ndef f(): ...": [],
    },
    "assert on what `{old}` adds to the function",
)
def dropped_decorator(source: Source) -> Iterator[Edits]:
    """A function without one of its decorators."""
    for node in source.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                kept = called_name(decorator) in _KEPT or source.code(decorator).startswith(
                    ("click.", "typer.")
                )
                if not kept and not is_route(decorator):
                    start, end = source.span(decorator)
                    start = source.text.rindex("@", 0, start)
                    following = len(source.text[end:]) - len(source.text[end:].lstrip())
                    yield (Edit(start, end + following, ""),)


_KEPT = {"staticmethod", "classmethod", "property", "setter", "cache", "lru_cache", "dataclass"} | {
    *("asynccontextmanager", "contextmanager", "field_validator", "model_validator", "validator"),
    *(
        "root_validator",
        "computed_field",
        "field_serializer",
        "runtime_checkable",
        "cached_property",
        "final",
    ),
    *("deprecated", "hybrid_property", "declared_attr", "listens_for", "expression"),
}
