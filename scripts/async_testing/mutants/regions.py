"""Which parts of a tree are worth planting bugs in: not annotations, log calls, imports, declarations."""

from __future__ import annotations

import ast

_LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical", "log", "getLogger"}
_OBSERVED = {
    *("capture_exception", "capture_message", "add_breadcrumb", "set_attribute", "set_tag", "set_context"),
    *("record_exception", "observe", "bind_contextvars", "clear_contextvars", "basicConfig", "warn"),
    *("span", "start_span", "start_as_current_span"),
}
_DECLARATIONS = {"TypeVar", "ParamSpec", "TypeVarTuple", "NewType", "NamedTuple", "TypedDict"}
_SILENT_NAMES = {
    *("__all__", "__version__", "__slots__", "__author__", "__tablename__", "__table_args__"),
    *("revision", "down_revision", "branch_labels", "depends_on"),
}
_SILENT_METHODS = {"__repr__", "__str__"}
_SILENT_DECORATORS = {"overload", "abstractmethod", "override"}
_METADATA = {
    *(
        "title",
        "description",
        "summary",
        "tags",
        "operation_id",
        "examples",
        "example",
        "responses",
        "version",
    ),
    *("response_description", "openapi_tags", "openapi_extra", "contact", "license_info", "doc", "comment"),
    *("json_schema_extra", "include_in_schema", "deprecated", "thread_name_prefix", "help"),
}
_OF_TABLES = {
    *(
        "Column",
        "mapped_column",
        "relationship",
        "Index",
        "UniqueConstraint",
        "CheckConstraint",
        "ForeignKey",
    ),
    *("ForeignKeyConstraint", "PrimaryKeyConstraint", "MetaData", "Table", "backref", "association_proxy"),
}
"""What declares tables: the database has what migrations made of it."""


def called_name(node: ast.expr) -> str:
    """Return the last part of a dotted name or of what is called: `a.b.c(…)` gives `c`."""
    if isinstance(node, ast.Call | ast.Subscript):
        return called_name(node.func if isinstance(node, ast.Call) else node.value)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def is_docstring(node: ast.stmt) -> bool:
    """Whether a statement is nothing but a string or `...`."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def is_log_call(node: ast.AST) -> bool:
    """Whether this is a call such as `logger.info(…)`, `logging.getLogger(…)`, `print(…)` or one of a tracer."""
    if not isinstance(node, ast.Call):
        return False
    if called_name(node) in _OBSERVED:
        return True
    if isinstance(node.func, ast.Name):
        return node.func.id == "print"
    return (
        isinstance(node.func, ast.Attribute)
        and node.func.attr in _LOG_METHODS
        and "log" in ast.unparse(node.func.value).lower()
    )


class Regions(ast.NodeVisitor):
    """The active nodes and the annotations of a tree."""

    def __init__(self, tree: ast.AST) -> None:
        self.active: list[ast.AST] = []
        self.annotations: list[ast.expr] = []
        self.visit(tree)

    def visit(self, node: ast.AST) -> None:
        """Keep the node and go on below it, unless it is one to leave alone."""
        if isinstance(node, ast.Import | ast.ImportFrom) or is_log_call(node):
            return
        if isinstance(node, ast.stmt) and is_docstring(node):
            return
        if isinstance(node, ast.keyword) and node.arg in _METADATA and _is_written_out(node.value):
            return
        if isinstance(node, ast.Call) and called_name(node) in _OF_TABLES:
            return
        if isinstance(node, ast.ExceptHandler) and node.type is not None and _is_of_imports(node.type):
            return
        self._walk(node)

    def _walk(self, node: ast.AST) -> None:
        match node:
            case ast.If(test=test) if _is_for_tools(test):
                self._all(node.orelse)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(node)
            case ast.ClassDef(bases=bases) if "Protocol" in map(called_name, bases):
                pass
            case ast.ClassDef():
                self.active.append(node)
                self._all([item for item in node.decorator_list if called_name(item) != "dataclass"])
                self._all([*node.bases, *(keyword.value for keyword in node.keywords)])
                self._all([item for item in node.body if not (_is_settings(node) and _is_value(item))])
            case ast.AugAssign(target=ast.Name(id=name)) if name in _SILENT_NAMES:
                pass
            case ast.Assign() if _is_declaration(node):
                self._annotation(node.value)
            case ast.AnnAssign():
                self.active.append(node)
                self._annotation(node.annotation)
                if node.value is not None and called_name(node.annotation) != "TypeAlias":
                    self._all([node.target, node.value])
            case ast.Call(func=ast.Name(id="cast"), args=[_, value]):
                self.active.append(node)
                self.visit(value)
            case ast.Expr(value=value) if is_log_call(value):
                pass
            case _:
                self.active.append(node)
                self.generic_visit(node)

    def _all(self, nodes: list[ast.AST] | list[ast.stmt] | list[ast.expr]) -> None:
        for node in nodes:
            self.visit(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        decorators = set(map(called_name, node.decorator_list))
        if node.name in _SILENT_METHODS or decorators & _SILENT_DECORATORS:
            return
        self.active.append(node)
        self._all(node.decorator_list)
        spec = node.args
        arguments = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, spec.vararg, spec.kwarg]
        for annotation in [*(argument.annotation for argument in arguments if argument), node.returns]:
            self._annotation(annotation)
        self._all([default for default in [*spec.defaults, *spec.kw_defaults] if default is not None])
        self._all(node.body)

    def _annotation(self, node: ast.expr | None) -> None:
        """Leave a type alone, except for what `Annotated` adds to it."""
        if node is None:
            return
        self.annotations.append(node)
        for part in ast.walk(node):
            if isinstance(part, ast.Subscript) and called_name(part) == "Annotated":
                metadata = part.slice.elts[1:] if isinstance(part.slice, ast.Tuple) else []
                self._all(metadata)


def _is_for_tools(test: ast.expr) -> bool:
    text = ast.unparse(test)
    return text.endswith("TYPE_CHECKING") or text.startswith(("__name__ ==", "sys.version_info"))


def _is_written_out(node: ast.expr) -> bool:
    """Whether a value is nothing but constants, as documentation is."""
    return not any(isinstance(part, ast.Name | ast.Await) for part in ast.walk(node))


def _is_of_imports(node: ast.expr) -> bool:
    return "ImportError" in ast.unparse(node) or "ModuleNotFoundError" in ast.unparse(node)


def _is_settings(node: ast.ClassDef) -> bool:
    """Whether the values of a class are the defaults of an environment."""
    return any(name.endswith("Settings") for name in [node.name, *map(called_name, node.bases)])


def _is_value(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign | ast.AnnAssign) and "model_config" not in ast.unparse(node)


def _is_declaration(node: ast.Assign) -> bool:
    if isinstance(node.targets[0], ast.Name) and node.targets[0].id in _SILENT_NAMES:
        return True
    if isinstance(node.value, ast.Call):
        return called_name(node.value) in _DECLARATIONS
    return isinstance(node.value, ast.Subscript) and called_name(node.value) in {"Annotated", "Literal"}
