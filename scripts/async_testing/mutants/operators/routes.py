"""Bugs in routes and what is put around functions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.mutants.edits import Edit, Edits, hinted, without
from async_testing.mutants.regions import called_name
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.source import Source

ORDER = 61
OPERATORS: list[Operator] = []
operator = collector(OPERATORS)

_METHODS = {"get": "post", "post": "put", "put": "patch", "patch": "put", "delete": "post"}
_DEPENDS = re.compile(r"\b(?:Depends|Security)\(")
_ROUTERS = ("app", "router", "api", "r")


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
        "@r.get('/', response_model=A)\ndef f():\n    return A(x=1)": [
            "@r.post('/', response_model=A)\ndef f():\n    return A(x=1)",
            "@r.get('/other', response_model=A)\ndef f():\n    return A(x=1)",
        ],
        "@r.get('/', response_model=A)\ndef f() -> A: ...": [
            "@r.post('/', response_model=A)\ndef f() -> A: ...",
            "@r.get('/other', response_model=A)\ndef f() -> A: ...",
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
    kept = models[0].value if models else function.returns
    if kept is not None and _gives(function, called_name(kept)):
        return  # nobody but a reader of the schema could tell
    if (
        models
        and function.returns is not None
        and source.code(function.returns) == source.code(models[0].value)
    ):
        return  # FastAPI takes the annotation then
    if models:
        spans = source.arguments(node)
        yield hinted(without(spans, spans.index(source.span(models[0]))), hint)
    elif function.returns is not None and source.code(function.returns) != "None":
        text = ", response_model=None" if node.args or node.keywords else "response_model=None"
        yield hinted([Edit(close - 1, close - 1, text)], hint)


def _gives(function: ast.FunctionDef | ast.AsyncFunctionDef, model: str) -> bool:
    """Whether all that a route returns is objects that it makes of a model."""
    returned = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
    return bool(returned and model) and all(
        isinstance(value, ast.Call) and called_name(value.func) == model for value in returned
    )


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
