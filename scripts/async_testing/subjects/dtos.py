"""Models of pydantic, SQLModel and msgspec: fields, constraints, validators, and values that are taken or refused."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_testing.subjects import layers, parameters, values
from async_testing.subjects.bodies import assigned
from async_testing.subjects.model import Field, Model
from async_testing.subjects.wording import code, last

if TYPE_CHECKING:
    from async_testing.facts.scopes import Scope
    from async_testing.facts.source import SourceFile

_ROOTS = frozenset({"BaseModel", "SQLModel", "BaseSettings", "RootModel", "GenericModel", "Struct"})
_VALIDATORS = frozenset({"field_validator", "validator"})
_WHOLE = frozenset({"model_validator", "root_validator"})
_CHECKS = frozenset({"AfterValidator", "BeforeValidator", "PlainValidator", "WrapValidator"})
_FIELDS = frozenset(
    {"Field", "StringConstraints", "Query", "Path", "Body", "Form", "Header", "Meta", "Parameter"}
)
_CONSTRAINED = frozenset({"constr", "conint", "confloat", "condecimal", "conlist", "conset"})
_LIMIT = "ge gt le lt multiple_of min_length max_length pattern regex min_items max_items strict max_digits"
_LIMITS = frozenset(_LIMIT.split())
_INTERVALS = frozenset({"Ge", "Gt", "Le", "Lt", "MinLen", "MaxLen"})
_COERCED = ("type", "123")
"""What is wrong for a text, and what pydantic 1 takes for one all the same."""
_NOTHING = ("none", "None")
_HOPS = 4


def models(source: SourceFile) -> Iterator[Model]:
    """The public models of a file, nested ones too."""
    for scope in source.classes:
        if is_model(source, scope) and not _is_private(scope) and not _is_table(scope):
            found = model_of(source, scope)
            if (
                found.fields or found.validators
            ):  # others, as bases that hold a configuration, have nothing to test
                yield found


def _is_private(scope: Scope) -> bool:
    owner: Scope | None = scope
    while owner is not None and owner.name:
        if owner.name.startswith("_"):
            return True
        owner = owner.parent
    return owner is not None and not isinstance(owner.node, ast.Module)


def _is_table(scope: Scope) -> bool:
    """Whether it is a table of SQLModel, which validates nothing."""
    node = scope.node
    return isinstance(node, ast.ClassDef) and any(
        one.arg == "table" and isinstance(one.value, ast.Constant) and one.value.value
        for one in node.keywords
    )


def is_model(source: SourceFile, scope: Scope, hops: int = _HOPS) -> bool:
    """Whether a class derives from a model's base, through classes of the project."""
    key = (is_model, id(scope))
    if key not in source.memo:
        source.memo[key] = False  # what derives from itself is none
        source.memo[key] = _leads(source, scope, hops)
    return bool(source.memo[key])


def _leads(source: SourceFile, scope: Scope, hops: int) -> bool:
    for owner, base in _bases(source, scope):
        if last(base) in _ROOTS and base not in owner.module_functions and owner.module.child(base) is None:
            return True
        found = owner.workspace.definition(owner, base) if base and hops > 0 else None
        if found is None or found.kind != "class" or found.scope is scope:
            continue
        if _leads(found.source, found.scope, hops - 1):
            return True
    return False


def _bases(source: SourceFile, scope: Scope) -> Iterator[tuple[SourceFile, str]]:
    for one in layers.bases(scope.node):
        dotted = source.dotted(one.value if isinstance(one, ast.Subscript) else one)
        if dotted:
            yield source, _full(scope, dotted)


def _full(scope: Scope, name: str) -> str:
    """A base that stands in the same class as the class itself, with the names around it."""
    owner = scope.parent
    if owner is not None and owner.name and owner.child(name) is not None:
        return f"{owner.name}.{name}"
    return name


def _lineage(source: SourceFile, scope: Scope, hops: int = _HOPS) -> Iterator[tuple[SourceFile, Scope]]:
    """A class and those of the project that it derives from, itself last: fields come in that order."""
    for owner, base in _bases(source, scope):
        found = owner.workspace.definition(owner, base) if hops > 0 else None
        if found is not None and found.kind == "class" and found.scope is not scope:
            yield from _lineage(found.source, found.scope, hops - 1)
    yield source, scope


def model_of(source: SourceFile, scope: Scope) -> Model:
    """The facts of one model, with the fields of the models that it derives from."""
    fields: dict[str, Field] = {}
    whole: list[str] = []
    extra = ""
    lineage = list(_lineage(source, scope))
    for where, owner in lineage:
        checks, more = _checks(where, owner)
        whole += more
        extra = _extra(owner) or extra
        for one in owner.of(ast.AnnAssign):
            if isinstance(one.target, ast.Name) and _is_field(where, one):
                fields[one.target.id] = _field(where, one, one.target.id, checks)
    from async_testing.subjects import versions

    if any(versions.is_first_pydantic(where) for where, _ in lineage):
        fields = {
            name: one._replace(invalid=tuple(each for each in one.invalid if each not in _taken(one)))
            for name, one in fields.items()
        }
    node = scope.node
    names = [scope.name]
    around = scope.parent
    while around is not None and around.name:
        names.insert(0, around.name)
        around = around.parent
    return Model(
        ".".join(names),
        node.lineno if isinstance(node, ast.ClassDef) else 0,
        tuple(code(one) for one in layers.bases(node)),
        tuple(fields.values()),
        tuple(dict.fromkeys(whole)),
        extra,
    )


def _taken(field: Field) -> tuple[tuple[str, str], ...]:
    """What is wrong elsewhere and pydantic 1 takes: numbers for texts, None where that is the default."""
    return (_COERCED, _NOTHING) if field.default == "None" else (_COERCED,)


def _is_field(source: SourceFile, one: ast.AnnAssign) -> bool:
    assert isinstance(one.target, ast.Name)
    if one.target.id.startswith("_") or one.target.id in ("model_config", "Config"):
        return False
    note = one.annotation
    name = last(source.dotted(note.value if isinstance(note, ast.Subscript) else note))
    return name not in ("ClassVar", "PrivateAttr", "InitVar")


def _checks(source: SourceFile, owner: Scope) -> tuple[dict[str, list[str]], list[str]]:
    """The validators of a class by the field they look at, and those of the whole."""
    found: dict[str, list[str]] = {}
    whole: list[str] = []
    for method in owner.children:
        for one in getattr(method.node, "decorator_list", ()):
            call = one if isinstance(one, ast.Call) else None
            name = last(code(call.func if call else one))
            if name in _VALIDATORS and call is not None:
                for item in call.args:
                    if isinstance(item, ast.Constant):
                        found.setdefault(str(item.value), []).append(method.name)
            elif name in _WHOLE:
                whole.append(method.name)
    return found, whole


def _extra(owner: Scope) -> str:
    for target, value, _ in assigned(owner):
        if isinstance(target, ast.Name) and target.id == "model_config":
            return _setting(value, "extra")
    config = owner.child("Config")
    for assign in config.of(ast.Assign) if config else ():
        if isinstance(assign.targets[0], ast.Name) and assign.targets[0].id == "extra":
            return (
                str(assign.value.value)
                if isinstance(assign.value, ast.Constant)
                else last(code(assign.value))
            )
    node = owner.node
    for keyword in node.keywords if isinstance(node, ast.ClassDef) else ():
        if keyword.arg == "extra" and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
        if keyword.arg == "forbid_unknown_fields":
            return "forbid"
    return ""


def _setting(node: ast.expr, name: str) -> str:
    pairs: list[tuple[object, ast.expr]] = []
    if isinstance(node, ast.Call):
        pairs = [(one.arg, one.value) for one in node.keywords]
    elif isinstance(node, ast.Dict):
        pairs = [
            (key.value, value)
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant)
        ]
    return next(
        (str(value.value) for key, value in pairs if key == name and isinstance(value, ast.Constant)), ""
    )


def _field(source: SourceFile, one: ast.AnnAssign, name: str, checks: dict[str, list[str]]) -> Field:
    apart = parameters.taken_apart(source, one.annotation)
    limits: dict[str, str] = {}
    validators = [*checks.get(name, ()), *checks.get("*", ())]
    required = one.value is None
    default = code(one.value)
    extras = [*apart.extras, *_inside(apart.source, apart.kind)]
    if one.value is not None and isinstance(one.value, ast.Call):
        extras.append((source, one.value))
    for where, extra in extras:
        called = last(where.dotted(extra.func)) if isinstance(extra, ast.Call) else ""
        if isinstance(extra, ast.Call) and called in _CHECKS:
            validators += [code(given) for given in extra.args[:1]]
        elif isinstance(extra, ast.Call) and called in _INTERVALS:
            key = {"MinLen": "min_length", "MaxLen": "max_length"}.get(called, called.lower())
            limits[key] = code(extra.args[0]) if extra.args else ""
        elif isinstance(extra, ast.Call) and called in _FIELDS | _CONSTRAINED:
            limits |= {given.arg: code(given.value) for given in extra.keywords if given.arg in _LIMITS}
            if extra is one.value:
                required, default = _default(extra)
    opaque = [one for one in validators if not one.startswith("str.")]
    valid = "" if opaque else values.valid(apart.source, apart.kind, limits)
    invalid = values.invalid(apart.source, apart.kind, limits)
    return Field(
        name,
        code(one.annotation),
        required,
        default,
        tuple(limits.items()),
        tuple(validators),
        valid,
        tuple(invalid),
    )


def _inside(source: SourceFile, kind: ast.expr | None) -> list[tuple[SourceFile, ast.expr]]:
    """What ``Annotated`` and ``constr`` say inside of ``X | None``."""
    if isinstance(kind, ast.Call):
        return [(source, kind)]
    parts: list[ast.expr] = []
    if isinstance(kind, ast.BinOp) and isinstance(kind.op, ast.BitOr):
        parts = [kind.left, kind.right]
    elif isinstance(kind, ast.Subscript) and last(source.dotted(kind.value)) == "Optional":
        parts = [kind.slice]
    found: list[tuple[SourceFile, ast.expr]] = []
    for part in parts:
        inner = parameters.taken_apart(source, part)
        found += [*inner.extras, *_inside(inner.source, inner.kind)]
    return found


def _default(call: ast.Call) -> tuple[bool, str]:
    """Whether ``Field(...)`` leaves a field required, and its default."""
    for one in call.keywords:
        if one.arg in ("default", "default_factory"):
            text = code(one.value)
            return text in ("...", "Ellipsis"), "" if text == "..." else text
    if call.args:
        text = code(call.args[0])
        return text in ("...", "Ellipsis"), "" if text == "..." else text
    return True, ""
