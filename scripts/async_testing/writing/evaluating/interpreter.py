"""The whole evaluation of a project."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from async_testing.facts.source import SourceFile
from async_testing.writing.doubles import replacing, replacing_on
from async_testing.writing.evaluating.drivers import offered
from async_testing.writing.evaluating.forms import Form
from async_testing.writing.evaluating.library import Library
from async_testing.writing.evaluating.modules import Module
from async_testing.writing.evaluating.queries import Queries
from async_testing.writing.evaluating.strangers import Stranger, Thing
from async_testing.writing.evaluating.stubs import TEXTS
from async_testing.writing.evaluating.terms import Loading, called
from async_testing.writing.evaluating.things import Cls, External, Frame, Meta, Obj, Unknown
from async_testing.writing.setaside import SetAside, target_of

if TYPE_CHECKING:
    from async_testing.facts.workspace import Workspace


_FROM_HERE = {"contextlib": ("_managed", "_calling", "_unwound"), "asyncio": ("_waits",)}
"""What the stubs of libraries take from here."""
_DEFAULTS = ("text", "true", "false", "null", "literal_column")
_NEEDED = frozenset(
    {"os", "sys", "asyncio", "threading", "builtins", "time", "typing", "dataclasses", "pathlib"}
)
"""What tests need themselves, so that none of it may be replaced."""
_LOADING = frozenset(
    {"selectinload", "joinedload", "subqueryload", "load_only", "noload", "raiseload", "contains_eager"}
)
_EAGER = frozenset({"selectinload", "joinedload", "subqueryload"})


class Interpreter(Library):
    """Evaluates the code of a project.

    Args:
        workspace: the project.
        import_root: the folder below its root from which its modules are imported, empty for the root.
    """

    def __init__(self, workspace: Workspace, import_root: str = "") -> None:
        super().__init__()
        self.workspace = workspace
        self.import_root = import_root
        self.driver = ""
        """The driver whose fakes the project has, empty where it has none."""
        self.has_session = False
        """Whether the project has the fixture of a real session."""
        self.words: frozenset[str] = frozenset()
        """The names that the module under test reads, and what it calls."""
        self.told: set[str] = set()
        """Reasons for which tests of the module are skipped that were said already."""
        self.attempt: Any = None
        """What the present attempt has chosen and learned."""
        self.tables: list[Cls] | None = None
        self.named: dict[str, Cls | None] = {}
        """Tables of the project by their names."""
        """The tables of the project, once somebody has asked for them."""
        self._modules: dict[str, Module] = {}
        self._stubs: dict[str, Module] = {}

    def dotted(self, path: str) -> str:
        """A module's name as imports spell it."""
        if path.startswith("<"):
            return path.strip("<>")
        if self.import_root and path.startswith(f"{self.import_root}/"):
            path = path[len(self.import_root) + 1 :]
        name = path.removesuffix(".py").replace("/", ".")
        return name.removesuffix(".__init__") if name.endswith(".__init__") else name

    def module(self, source: SourceFile) -> Module:
        """A file of the project as a module."""
        if source.path not in self._modules:
            self._modules[source.path] = Module(self, source)
        return self._modules[source.path]

    def module_of(self, source: Any, dotted: str) -> Module | None:
        """A module of the project as another one imports it."""
        if not dotted.strip("."):
            path = self.workspace.locate(source.path, dotted)
        elif source.path.startswith("<"):
            return None
        else:
            path = self.workspace.locate(source.path, dotted)
        if path is None:
            return None
        if path in self._modules:
            return self._modules[path]
        found = self.workspace.source(path)
        return self.module(found) if found is not None else None

    def offered(self, dotted: str) -> Any:
        """What stands for a name of a driver."""
        return offered(self, dotted)

    def seam(self, on: Any, name: str, found: Any) -> Any:
        """What the code looks up in a module: what a test may replace is noted, or replaced."""
        if isinstance(on, Module):
            target = f"{on.dotted}.{name}"
        elif isinstance(on, External):
            target = f"{self.seams.get(on.dotted, on.dotted)}.{name}"
        else:
            return found
        if isinstance(found, External):
            self.seams[found.dotted] = target
            return found
        if self.attempt is None:
            raise Unknown(found.why)
        return replacing(self.attempt, target)

    def replaced(self, node: ast.expr, frame: Frame) -> Any:
        """What a test puts where the code looks something up; None where it replaces nothing."""
        if self.attempt is None or not self.is_acting or not self.attempt.memory.aside:
            return None
        target = target_of(node, frame)
        return (replacing(self.attempt, target),) if target in self.attempt.memory.aside else None

    def give_up(self, node: ast.expr, frame: Frame) -> None:
        """What an expression gives cannot be followed. Raises: Again where a test will replace it."""
        if self.attempt is not None and self.is_acting:
            SetAside(self, self.attempt).give_up(node, frame)

    def none_there(self, node: ast.expr, frame: Frame) -> None:
        """None stands where the code needs something. Raises: Again where a test will replace it."""
        if self.attempt is not None and self.is_acting:
            SetAside(self, self.attempt).lacking(node, frame)

    def hidden(self, target: str) -> tuple[str, str] | None:
        """A module and a name in it, where the package binds the module's name to something else; else None."""
        parts = target.split(".")
        known = {module.dotted for module in self._modules.values()}
        for cut in range(len(parts) - 1, 1, -1):
            if ".".join(parts[:cut]) in known:
                package = "/".join(filter(None, [self.import_root, *parts[: cut - 1], "__init__.py"]))
                source = self.workspace.source(package)
                above = self.module(source) if source is not None else None
                bound = above.bindings.get(parts[cut - 1], []) if above is not None else []
                if bound:
                    return ".".join(parts[:cut]), ".".join(parts[cut:])
                return None
        return None

    def strange(self, func: External, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """What a function of another library gives that a test would replace. Raises: Unknown."""
        root = func.dotted.partition(".")[0]
        if self.attempt is None or not self.is_acting or root in _NEEDED:
            raise Unknown(f"what {func.dotted} gives is not known")
        return self.call(replacing(self.attempt, self.seams.get(func.dotted, func.dotted)), args, kwargs)

    def rebound(self, module: Any, name: str) -> None:
        """A function gives a name of its module another value: a test has to put it back."""
        if self.attempt is not None and self.is_acting:
            self.attempt.rebound.setdefault(f"{module.dotted}.{name}", module.get(name))

    def variable(self, name: str) -> str | None:
        """A variable of the environment. Raises: Unknown where it is read before the function under test runs."""
        if self.attempt is None or not self.is_acting:
            raise Unknown(f"what {name} is, the environment says")
        found: str | None = self.attempt.variable(name)
        return found

    def inherited(self, value: Any, name: str) -> Any:
        """What an object has from a class of another library; None where no test can replace it."""
        if self.attempt is None or not self.is_acting or not value.partial or name.startswith("__"):
            return None
        return replacing_on(self.attempt, value, name)

    def above_all(self, base: External, name: str) -> Any:
        """What ``super()`` finds in a class of another library; None where no test can replace it."""
        if self.attempt is None or not self.is_acting:
            return None
        return replacing(self.attempt, f"{base.dotted}.{name}")

    def mismatch(self, value: Any, form: Form) -> None:
        """A value was refused: the attempt learns of it."""
        if isinstance(value, Stranger):
            value.become_form(form)
        if self.attempt is not None:
            self.attempt.learn_form(value, form)

    def used_as_mapping(self, value: Any, key: Any) -> None:
        """An object is looked into by a key: the attempt may learn of it."""
        if self.attempt is not None:
            self.attempt.learn_keys(value, key)

    def misnamed(self, given: Mapping[str, Any], cls: Cls, *, whole: bool) -> None:
        """Fields are given by names that a class may not know: the attempt may learn of it."""
        if self.attempt is not None:
            self.attempt.learn_names(given, cls, whole=whole)

    def missing_key(self, value: dict[Any, Any], key: Any) -> None:
        """A dictionary lacks a key that is read: the attempt may learn of it."""
        if self.attempt is not None:
            self.attempt.learn_missing(value, key)

    def unfilled(self, row: Obj, name: str) -> None:
        """What a row has no value for is read of it: the attempt learns of it."""
        if self.attempt is not None:
            self.attempt.learn_column(row, name)

    def unequal(self, left: Any, right: Any) -> None:
        """Two values that differ are compared: the attempt learns of it."""
        if self.attempt is not None and self.is_acting:
            self.attempt.learn_equal(left, right)

    def unlike(self, value: Any, form: Form) -> None:
        """A field is given a value: where it is not what the annotation says, the attempt may learn of it."""
        if self.attempt is not None and self.is_acting:
            self.attempt.learn_type(value, form)

    def mistyped(self, value: Any, form: Form) -> None:
        """A value of a form is needed: the attempt may learn of it."""
        if self.attempt is not None and isinstance(value, str):
            self.attempt.learn_kind(value, form)

    def misused(self, value: Any) -> None:
        """A plain value cannot do what the code wants of it: the attempt may learn of it."""
        if self.attempt is not None:
            self.attempt.learn_double(value)

    def unaccepted(self, value: Any) -> None:
        """A validator of a table refused a value: the attempt may learn of it."""
        if self.attempt is not None and self.is_acting:
            self.attempt.learn_refused(value)

    def lacking(self, names: list[str]) -> None:
        """Something is missing in what was given: the attempt learns of it."""
        if self.attempt is not None:
            self.attempt.learn_columns(names)

    def library_object(self, attempt: Any, place: str, cls: Any) -> Any:
        """An object of another library's class that a test can make; None where none is known."""
        if cls.name == "AsyncSession" and self.has_session:
            from async_testing.writing.sessions import Session

            held = [one for one in attempt.holders if isinstance(one, Session)]
            return held[0] if held else Session(attempt, place)
        return None

    def special_outside(self, func: External, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """What a function of SQLAlchemy builds."""
        if func.dotted.partition(".")[0] not in ("sqlalchemy", "sqlmodel"):
            return None
        name = func.name
        if name == "Table":  # tests replace what is asked of it
            return None
        found = called(f"func.{name}" if ".func." in func.dotted else name, args)
        if found is None and name in _LOADING:
            return Loading(args[0] if args and name in _EAGER else None)
        if found is None and not self.is_acting and (name[:1].isupper() or name in _DEFAULTS):
            return Meta(name, tuple(args), kwargs)  # the type of a column, or what it has by default
        return found

    def known(self) -> list[Module]:
        """The modules that were read so far."""
        return [*self._modules.values()]

    def stub(self, name: str) -> Module:
        """A module of what is known of a library."""
        if name not in self._stubs:
            text = TEXTS[name]
            source = SourceFile(f"<{name}>", text, ast.parse(text), self.workspace)
            self._stubs[name] = module = Module(self, source)
            for one in _FROM_HERE.get(name, ()):
                module.frame.names[one] = self.outside(f"{name}.{one}")
        return self._stubs[name]

    def _queries(self, module: Module, value: ast.expr) -> Queries | None:
        """The queries that a call of aiosql loads; None for anything else."""
        if not isinstance(value, ast.Call) or not module.source.dotted(value.func).startswith("aiosql.from_"):
            return None
        from async_testing.subjects.queryfiles import loaded

        driver = value.args[1] if len(value.args) > 1 else None
        if not isinstance(driver, ast.Constant) or driver.value != "asyncpg":
            raise Unknown("queries of aiosql on another driver are not followed")
        return Queries(self, loaded(module.source, value))

    def bound(self, module: Module, name: str, node: ast.stmt) -> Any:
        """What a statement of a module binds a name to; a thing of its own where that cannot be told."""
        try:
            return self._bound(module, name, node)
        except Unknown as unknown:
            return Thing(name, str(unknown))

    def _bound(self, module: Module, name: str, node: ast.stmt) -> Any:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return self.decorated(node, module, None, name, None)
        if isinstance(node, ast.ClassDef):
            return self.class_of(node, module, module.frame, name)
        if isinstance(node, ast.AnnAssign):
            return self.eval(node.value, module.frame)
        if isinstance(node, ast.Assign):
            loaded = self._queries(module, node.value)
            value = loaded if loaded is not None else self.eval(node.value, module.frame)
            for target in node.targets:
                if isinstance(target, ast.Tuple | ast.List):
                    names = [one.id if isinstance(one, ast.Name) else "" for one in target.elts]
                    if name in names:
                        return [*self.items(value)][names.index(name)]
            return value
        value_node = getattr(node, "value", None)
        if isinstance(value_node, ast.expr):
            return self.annotation(value_node, module.frame)
        raise Unknown(f"{name} is not followed")
