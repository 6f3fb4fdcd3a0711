"""Which calls go to a database, and what they send."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from async_testing.facts import drivers, types
from async_testing.subjects import layers, texts
from async_testing.subjects.model import Statement
from async_testing.subjects.transactions import BEGINNING
from async_testing.subjects.wording import code, last

if TYPE_CHECKING:
    from async_testing.facts.scopes import Scope
    from async_testing.facts.source import SourceFile
    from async_testing.subjects import queryfiles

_SENDING = (
    "execute executemany execute_many execute_batch executescript exec exec_driver_sql fetch fetchrow fetchval "
    "fetch_row fetch_val fetch_one fetch_all scalar scalars stream stream_scalars iterate prepare "
    "execute_fetchall execute_insert copy_from_query query"
)
SENDING = frozenset(_SENDING.split())
"""Methods whose first argument is a statement."""
_OPENING = frozenset({"copy", "cursor"})
"""Methods whose first argument may be one."""
_PREPARED = frozenset({"cursor", "prepare"})
"""Methods that give what statements are fetched from, which were said before."""
BATCHES = frozenset(
    {"executemany", "execute_many", "copy_records_to_table", "add_all", "execute_batch", "pipeline"}
)
_OTHER = (
    "commit rollback flush begin begin_nested transaction acquire release connection connect cursor add add_all delete "
    "merge refresh get get_one expunge expire copy_records_to_table copy_to_table copy_from_table add_listener "
    "remove_listener run_sync pipeline create_savepoint release_savepoint rollback_savepoint close getconn putconn "
    "bulk_save_objects bulk_insert_mappings bulk_update_mappings begin_twophase fetchone fetchall fetchmany "
    "remove"
)
_OTHERS = frozenset(_OTHER.split())
_OBJECTS = frozenset({"get", "get_one", "refresh", "add", "merge", "delete"})
_TYPES = re.compile(
    r"(?:Connection|Session|Pool|Cursor|Transaction|Queries|Database|Engine|AsyncClient)(?:Proxy)?$"
)
_HTTP = re.compile(r"(?:httpx|aiohttp|requests|starlette|fastapi)\b")
_NAMES = re.compile(
    r"^_*(?:\w+_)?(?:conn(?:ection)?s?|db|database|session|sess|pool|cursor|cur|tx|trans|transaction|engine|dbsession)_*$",
    re.IGNORECASE,
)
_WEAK = frozenset(
    {"close", "release", "get", "get_one", "delete", "merge", "connect", "connection", "add", "refresh"}
)
"""Methods that connections and sessions of other kinds have as well."""
_SPEAKING = re.compile(
    r"sqlalchemy|sqlmodel|asyncpg|psqlpy|psycopg|aiomysql|asyncmy|aiosqlite|AsyncSession|"
    r"\.(?:execute|fetch\w*|transaction|commit|rollback)\("
)
_BUILDING = re.compile(r"sqlalchemy|sqlmodel|\.c\.\w|\.query\(\s*[A-Za-z_]")
"""What the text of a file has that builds statements out of objects."""
_PARAMETERS = ("parameters", "params", "args", "values", "parameters_list")


def receiver(call: ast.Call) -> ast.expr | None:
    """What a method is called on, None for a plain function."""
    return call.func.value if isinstance(call.func, ast.Attribute) else None


def is_database(source: SourceFile, scope: Scope, node: ast.expr) -> bool:
    """Whether an expression is a connection, session, pool, cursor or transaction, by its class, else by its name."""
    while isinstance(node, ast.Await | ast.Call):
        inner = node.value if isinstance(node, ast.Await) else node.func
        if isinstance(inner, ast.Attribute) and isinstance(node, ast.Call):
            if inner.attr in BEGINNING | {"acquire", "connection", "connect", "cursor", "get_session"}:
                return True
            if inner.attr in SENDING or inner.attr in ("scalars", "mappings", "unique"):
                return False
        node = inner
    kind = source.type_of(node, scope) or annotated(source, scope, node)
    if kind:
        if _HTTP.match(kind):
            return False
        if drivers.members(kind) or _TYPES.search(last(kind)):
            return not kind.endswith("AsyncClient")
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return bool(_NAMES.match(name))


def annotated(source: SourceFile, scope: Scope, node: ast.expr) -> str:
    """The class that the class's own body or constructor says an attribute of ``self`` has."""
    if not (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in ("self", "cls")
    ):
        return ""
    around: Scope | None = scope
    while around is not None and not isinstance(around.node, ast.ClassDef):
        around = around.parent
    if around is None:
        return ""
    for owner in (around, *around.children):
        for one in owner.of(ast.AnnAssign):
            target = one.target
            name = target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")
            if name == node.attr and (owner is around) == isinstance(target, ast.Name):
                return types.annotation(source, one.annotation)
    return ""


def is_sent(source: SourceFile, scope: Scope, call: ast.Call) -> bool:
    """Whether a call asks something of a database."""
    on = receiver(call)
    if on is None or not isinstance(call.func, ast.Attribute):
        return False
    method = call.func.attr
    if method in SENDING | _OPENING and call.args and _is_statement(source, scope, call.args[0]):
        return True
    if method not in SENDING and method not in _OTHERS:
        return _filed(source, call) is not None
    if method in _WEAK and not _says(source, _SPEAKING):  # of a connection or session of another kind
        return False
    if method == "remove" and (call.args or call.keywords):
        return False
    return is_database(source, scope, on)


def _says(source: SourceFile, pattern: re.Pattern[str]) -> bool:
    """Whether a file's text has something, looked for once."""
    key = (_says, pattern)
    if key not in source.memo:
        source.memo[key] = bool(pattern.search(source.text))
    return bool(source.memo[key])


def _is_statement(source: SourceFile, scope: Scope, node: ast.expr) -> bool:
    if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp):
        found = texts.of(source, scope, node)
        return bool(found and texts.START.match(found.text))
    return False


def statement(source: SourceFile, scope: Scope, call: ast.Call) -> Statement | None:
    """What a call sends, None where it sends nothing that could be told."""
    assert isinstance(call.func, ast.Attribute)
    method = call.func.attr
    filed = _filed(source, call)
    from async_testing.subjects import sqltext

    if filed is not None:
        given = {one.arg: code(one.value) for one in call.keywords if one.arg}
        rest = call.args[1:]
        each = _each(source, scope, rest[0]) if len(rest) == 1 else None
        if not given and isinstance(each, ast.Dict):
            given = _pairs(each)
        named = given or [code(one) for one in rest]
        read = sqltext.read(filed.text, named, ":" if given else ":$%")
        return Statement(
            call.lineno, _folded(filed.text), "query file", *read[:4], tuple(given.values()), True
        )
    opens = method in _OPENING and bool(call.args) and _is_statement(source, scope, call.args[0])
    if method not in SENDING and not opens:
        return _of_session(source, scope, call, method)
    if (not call.args and not call.keywords) or _is_prepared(source, scope, call.func.value):
        return None
    if _says(source, _BUILDING):
        from async_testing.subjects import orm

        built = orm.statement(source, scope, call)
        if built is not None:
            return built
    first = call.args[0] if call.args else call.keywords[0].value
    found = texts.of(source, scope, first)
    if found is None:
        return _unknown(call, first)
    given_, shown = _parameters(source, scope, call, many=method in BATCHES)
    read = sqltext.read(found.text, given_)
    if not read.verb or (not texts.START.match(found.text) and not read.tables):
        return None
    return Statement(
        call.lineno,
        _folded(found.text),
        found.form,
        read.verb,
        read.tables,
        read.columns,
        read.placeholders,
        shown,
        found.complete,
    )


def handed_on(source: SourceFile, scope: Scope, call: ast.Call) -> Statement | None:
    """The statement that a method of a base in another file is handed to send: ``self.get_one(select(User))``."""
    func, owner = call.func, scope.class_
    if not isinstance(func, ast.Attribute) or code(func.value) != "self" or not call.args or owner is None:
        return None
    if not layers.bases(owner.node) or owner.child(func.attr) is not None or not _says(source, _BUILDING):
        return None
    from async_testing.subjects import orm

    return orm.statement(source, scope, call)


def _filed(source: SourceFile, call: ast.Call) -> queryfiles.Query | None:
    """The statement of a query file, which most projects have none of."""
    key = (_filed,)
    if key not in source.memo:
        source.memo[key] = any("quer" in name or "sql" in name for name in source.imports.values())
    if not source.memo[key]:
        return None
    from async_testing.subjects import queryfiles

    return queryfiles.query(source, call)


def _of_session(source: SourceFile, scope: Scope, call: ast.Call, method: str) -> Statement | None:
    if method not in _OBJECTS:
        return None
    from async_testing.subjects import sessions

    return sessions.of_session(source, scope, call, method)


def _is_prepared(source: SourceFile, scope: Scope, on: ast.expr) -> bool:
    """Whether a method is called of a cursor or prepared statement, which is given parameters or a number of rows."""
    bound = types.bindings(source, scope).get(on.id, []) if isinstance(on, ast.Name) else []
    made = [one.value if isinstance(one, ast.Await) else one for one in bound]
    return bool(made) and all(
        isinstance(one, ast.Call)
        and isinstance(one.func, ast.Attribute)
        and one.func.attr in _PREPARED
        and bool(one.args)
        and _is_statement(source, scope, one.args[0])
        for one in made
    )


def _unknown(call: ast.Call, first: ast.expr) -> Statement | None:
    """A statement of which only the name is known: a parameter, or what another function gives."""
    if isinstance(first, ast.Constant | ast.List | ast.Dict | ast.Tuple):
        return None
    given = tuple(code(one) for one in call.args[1:])
    return Statement(call.lineno, f"{{{code(first)}}}", "unknown", "", (), (), (), given, False)


def _folded(text: str) -> str:
    return " ".join(text.split())


def _parameters(
    source: SourceFile, scope: Scope, call: ast.Call, *, many: bool
) -> tuple[list[str] | dict[str, str], tuple[str, ...]]:
    """What is sent for the placeholders: expressions by place or name, and as they are shown."""
    rest: list[ast.expr] = list(call.args[1:])
    first = call.args[0] if call.args else None
    if (
        isinstance(first, ast.Call)
        and isinstance(first.func, ast.Attribute)
        and first.func.attr == "bindparams"
    ):
        named = {one.arg: code(one.value) for one in first.keywords if one.arg}
        return named, tuple(f"{name}={value}" for name, value in named.items())
    rest += [one.value for one in call.keywords if one.arg in _PARAMETERS]
    if len(rest) != 1:
        shown = [f"*{code(one.value)}" if isinstance(one, ast.Starred) else code(one) for one in rest]
        return shown, tuple(shown)
    only: ast.expr = _value(source, scope, rest[0])
    if many:
        only = _each(source, scope, only)
    if isinstance(only, ast.Dict):
        pairs = _pairs(only)
        return pairs, tuple(f"{name}={value}" for name, value in pairs.items())
    if isinstance(only, ast.Call) and source.dotted(only.func) == "dict" and not only.args:
        pairs = {one.arg: code(one.value) for one in only.keywords if one.arg}
        return pairs, tuple(f"{name}={value}" for name, value in pairs.items())
    if isinstance(only, ast.List | ast.Tuple):
        shown = [code(one) for one in only.elts]
        starred = next((at for at, one in enumerate(only.elts) if isinstance(one, ast.Starred)), len(shown))
        return shown[:starred], tuple(shown)
    text = code(rest[0])
    is_sequence = isinstance(rest[0], ast.Starred) or many
    return ([] if is_sequence else [text]), (text,)


def _pairs(node: ast.Dict) -> dict[str, str]:
    """The constant keys of a dictionary with their values."""
    items = zip(node.keys, node.values, strict=True)
    return {str(key.value): code(value) for key, value in items if isinstance(key, ast.Constant)}


def _value(source: SourceFile, scope: Scope, node: ast.expr) -> ast.expr:
    """What a variable is bound to once, as far as that is a list, tuple or dictionary."""
    if isinstance(node, ast.Name):
        bound = types.bindings(source, scope).get(node.id, [])
        value = bound[0] if bound else None
        if isinstance(value, ast.List | ast.Tuple | ast.Dict | ast.ListComp) and len(bound) == 1:
            changed = any(
                isinstance(one.func, ast.Attribute)
                and isinstance(one.func.value, ast.Name)
                and one.func.value.id == node.id
                for one in scope.of(ast.Call)
            )
            return node if changed else value
    return node


def _each(source: SourceFile, scope: Scope, node: ast.expr) -> ast.expr:
    """One of the sets of parameters that a batch sends."""
    if isinstance(node, ast.ListComp | ast.GeneratorExp):
        return node.elt
    if isinstance(node, ast.List | ast.Tuple) and node.elts:
        return node.elts[0]
    return node
