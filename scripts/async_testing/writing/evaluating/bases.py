"""Classes of other libraries that classes of a project derive from, as far as that matters here."""

from __future__ import annotations

import ast

from async_testing.writing.evaluating.things import Cls, External, Meta

MODELS = frozenset({"BaseModel", "SQLModel", "BaseSettings", "GenericModel"})
TABLES = frozenset({"DeclarativeBase", "DeclarativeBaseNoMeta", "MappedAsDataclass", "AsyncAttrs"})
_HARMLESS = frozenset(
    {
        "AbstractAsyncContextManager",
        "AbstractContextManager",
        "ABC",
        "Protocol",
        "Generic",
        "object",
        "Struct",
        "NamedTuple",
        "TypedDict",
        *MODELS,
        *TABLES,
    }
)


_KEEPING = frozenset({"typer", "celery", "atexit", "taskiq", "rq", "pytest", "blinker", "pluggy"})
_CALLBACK = frozenset({"click", "asyncclick", "rich_click"})


def is_kept(decorator: str) -> bool:
    """Whether what a decorator of another library gives can be called as the function below it."""
    root = decorator.partition(".")[0]
    if root == "dishka":
        return not is_injecting(decorator)
    is_noted = decorator.endswith((".event.listens_for", "orm.validates")) or ".on_event" in decorator
    return root in _KEEPING or is_noted


def is_injecting(decorator: str) -> bool:
    """Whether a decorator is one of dishka's that take what a function needs from a request; others keep it."""
    return decorator.startswith("dishka.") and decorator.rpartition(".")[2].startswith("inject")


def takes_from_dishka(value: object) -> bool:
    """Whether a function has a parameter that dishka gives; one that has none is left as it is."""
    node = getattr(value, "node", None)
    given = getattr(node, "args", None)
    if not isinstance(given, ast.arguments):
        return True
    said = [one.annotation for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return any(one is not None and "From" in ast.unparse(one) for one in said)


def way_below(decorator: str) -> str:
    """The attribute under which a decorator of another library keeps the function, ``unwrap`` where nothing is known.

    Most take the function over by ``functools.wraps``; ``inspect.unwrap`` leaves the others as they are.
    """
    root = decorator.partition(".")[0]
    return "callback" if root in _CALLBACK else "__dishka_orig_func__" if root == "dishka" else "unwrap"


def is_settings(cls: Cls) -> bool:
    """Whether a class reads its fields from the environment where they are not given."""
    return any(isinstance(one, External) and one.name == "BaseSettings" for one in cls.mro())


def is_given(default: object) -> bool:
    """Whether a field of a dataclass is handed to its constructor."""
    return not (isinstance(default, Meta) and default.name == "field" and default.kwargs.get("init") is False)


def is_harmless(base: External) -> bool:
    """Whether a class of another library adds nothing that matters here to a class of the project."""
    return base.name in _HARMLESS
