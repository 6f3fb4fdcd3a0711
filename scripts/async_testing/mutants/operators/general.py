"""Bugs in any Python: comparisons, conditions, calculations, calls."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.mutants.edits import Edit, Edits, hinted, shortened
from async_testing.mutants.regions import called_name
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.source import Source

ORDER = 90
OPERATORS: list[Operator] = []
operator = collector(OPERATORS)

_COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: (r"is\s+not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: (r"not\s+in", "in"),
}
_ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: (r"\+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: (r"\*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "+"),
    ast.Pow: (r"\*\*", "*"),
    ast.BitAnd: ("&", "|"),
}


@operator(
    "comparison",
    {
        "x = a < b <= c": ["x = a <= b <= c", "x = a < b < c"],
        "x = (a) is  not b": ["x = (a) is b"],
        "x = a in b and a == c": ["x = a not in b and a == c", "x = a in b and a != c"],
    },
)
def comparison(source: Source) -> Iterator[Edits]:
    """Another comparison."""
    for node in source.nodes:
        if isinstance(node, ast.Compare):
            operands = [node.left, *node.comparators]
            for left, sign, right in zip(operands, node.ops, operands[1:], strict=False):
                one, other = shortened(source.code(left)), shortened(source.code(right))
                if isinstance(sign, ast.Lt | ast.LtE | ast.Gt | ast.GtE):
                    hint = f"let `{one}` be just `{other}`, and assert what happens at that boundary"
                else:
                    hint = f"run it where `{one} {_COMPARISONS[type(sign)][1]} {other}` too, and assert both outcomes"
                yield hinted(_between(source, left, right, *_COMPARISONS[type(sign)]), hint)


@operator(
    "connective",
    {"x = a and b and c": ["x = a or b and c", "x = a and b or c"], "x = a or b": ["x = a and b"]},
)
def connective(source: Source) -> Iterator[Edits]:
    """`and` for `or` and the other way round."""
    for node in source.nodes:
        if isinstance(node, ast.BoolOp):
            old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
            for left, right in zip(node.values, node.values[1:], strict=False):
                one, other = shortened(source.code(left)), shortened(source.code(right))
                hint = f"run it where only one of `{one}` and `{other}` holds"
                yield hinted(_between(source, left, right, old, new), hint)


@operator("not-removed", {"x = not a": ["x = a"]})
def negation(source: Source) -> Iterator[Edits]:
    """A condition without its `not`."""
    for node in source.nodes:
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            hint = (
                f"run it where `{shortened(source.code(node.operand))}` holds and where not, and assert both"
            )
            yield hinted([Edit(source.span(node)[0], source.span(node.operand)[0], "")], hint)


@operator(
    "condition",
    {
        "if a: b()": ["if True: b()", "if False: b()"],
        "x = [y for y in z if y]": ["x = [y for y in z if True]", "x = [y for y in z if False]"],
        "while a: b()": ["while False: b()"],
    },
)
def condition(source: Source) -> Iterator[Edits]:
    """A condition that always holds, or never."""
    for node in source.nodes:
        if isinstance(node, ast.If | ast.IfExp):
            tests = [node.test]
        elif isinstance(node, ast.comprehension):
            tests = node.ifs
        elif isinstance(node, ast.While):
            hint = (
                f"run it where `{shortened(source.code(node.test))}` holds, and assert on what the loop does"
            )
            yield hinted([source.replace(node.test, "False")], hint)
            continue
        else:
            continue
        for test in tests:
            code = shortened(source.code(test))
            for new, other in (("True", "does not hold"), ("False", "holds")):
                hint = f"run it where `{code}` {other}, and assert what is different then"
                yield hinted([source.replace(test, new)], hint)


@operator(
    "arithmetic",
    {
        "x = a + b * 2": ["x = a - b * 2", "x = a + b / 2"],
        "x += 1": ["x -= 1"],
        "x = 'a' + b": [],
        "x = 2**3 - 1": ["x = 2**3 + 1", "x = 2*3 - 1"],
    },
    "assert the exact result of the calculation in {function}",
)
def arithmetic(source: Source) -> Iterator[Edits]:
    """Another operation."""
    for node in source.nodes:
        if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
            if not any(isinstance(part, ast.JoinedStr) or _is_text(part) for part in (node.left, node.right)):
                yield _between(source, node.left, node.right, *_ARITHMETIC[type(node.op)])
        elif isinstance(node, ast.AugAssign) and type(node.op) in _ARITHMETIC:
            old, new = _ARITHMETIC[type(node.op)]
            yield _between(source, node.target, node.value, f"{old}=", f"{new}=")


@operator(
    "call-removed",
    {
        "class E(Exception):\n    def __init__(self, a):\n        super().__init__(a)": [],
        "f(a)\nx = g()\nlogger.info('x')": ["pass\nx = g()\nlogger.info('x')"],
        "def f(session, user, item):\n    user.items.append(item)\n    session.add(item)": [
            "def f(session, user, item):\n    pass\n    session.add(item)"
        ],
    },
    "assert that `{old}` happens: on its effect, or on the call and its arguments",
)
def removed_call(source: Source) -> Iterator[Edits]:
    """A call that does not happen."""
    for node in source.nodes:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            if _is_told(node, source) or _is_cascade(node.value, source):
                continue
            yield (source.replace(node, "pass"),)


def _is_cascade(call: ast.Call, source: Source) -> bool:
    """Whether a session is given what was put in a collection before: it comes with the row that has the collection."""
    match call:
        case ast.Call(func=ast.Attribute(value=on, attr="add"), args=[ast.Name(id=name)]):
            function = source.function(call)
            return "session" in source.code(on) and any(
                isinstance(one, ast.Call) and source.code(one).endswith(f".append({name})")
                for one in (ast.walk(function) if function is not None else ())
            )
    return False


def _is_told(node: ast.Expr, source: Source) -> bool:
    """Whether an error gives its arguments to `super().__init__`: it has them from `__new__` already."""
    holder = next((parent for parent in source.above(node) if isinstance(parent, ast.ClassDef)), None)
    bases = [holder.name, *map(called_name, holder.bases)] if holder is not None else []
    is_error = any(name.endswith(("Error", "Exception")) for name in bases)
    return is_error and source.code(node).startswith("super().__init__(")


@operator(
    "assignment-removed",
    {
        "def f(self):\n    self.a = 1\n    b.c['d'] += 2\n    e = 3": [
            "def f(self):\n    pass\n    b.c['d'] += 2\n    e = 3",
            "def f(self):\n    self.a = 1\n    pass\n    e = 3",
        ],
        "def f(a):\n    cache[a] = None\n    return None": [],
    },
    "assert on what `{old}` leaves behind",
)
def removed_assignment(source: Source) -> Iterator[Edits]:
    """A change of an object that does not happen, or an augmentation."""
    for node in source.nodes:
        changes = isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute | ast.Subscript)
        if changes or isinstance(node, ast.AugAssign):
            assert isinstance(node, ast.stmt)
            if not _is_memo_of_nothing(node, source):
                yield (source.replace(node, "pass"),)


def _is_memo_of_nothing(node: ast.stmt, source: Source) -> bool:
    """Whether None is kept under a key, then returned: without, it would only be found out again."""
    match node:
        case ast.Assign(targets=[ast.Subscript()], value=ast.Constant(value=None)):
            body: list[ast.stmt] = getattr(source.parents[node], "body", [])
            following = body[body.index(node) + 1] if node in body[:-1] else None
            return isinstance(following, ast.Return) and source.code(following) in ("return", "return None")
    return False


@operator(
    "loop",
    {
        "for a in b:\n    break": ["for a in b:\n    continue"],
        "for a in b:\n    continue": ["for a in b:\n    break"],
    },
    "let the loop have more than one item, and assert on all that comes of it",
)
def loop(source: Source) -> Iterator[Edits]:
    """`break` for `continue` and the other way round."""
    for node in source.nodes:
        if isinstance(node, ast.Break | ast.Continue):
            yield (source.replace(node, "continue" if isinstance(node, ast.Break) else "break"),)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _between(source: Source, left: ast.expr, right: ast.expr, old: str, new: str) -> Edits:
    """Replace the operator between two operands; brackets and comments may stand there too."""
    start, end = source.span(left)[1], source.span(right)[0]
    word = r"\b" if old[0].isalpha() else ""
    match = re.compile(rf"(?:[)\s]|\#[^\n]*|\\\n)*({word}{old}{word})").match(source.text, start, end)
    return (Edit(match.start(1), match.end(1), new),) if match else ()
