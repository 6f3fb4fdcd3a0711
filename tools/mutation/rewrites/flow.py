"""The same behaviour in another shape: branches, loops, literals, comments."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from async_testing.mutants.edits import Edit, Edits
from async_testing.mutants.literals import HOLE
from async_testing.mutants.registry import Operator, collector
from async_testing.mutants.source import Function, Source

ORDER = 50
OPERATORS: list[Operator] = []
rewrite = collector(OPERATORS)


@rewrite(
    "branches-flipped",
    {
        "if a is None:\n    b()\nelse:\n    c()": ["if a is not None:\n    c()\nelse:\n    b()"],
        "x = b if a else c": ["x = c if not (a) else b"],
        "if a:\n    b()\nelif c:\n    d()": [],
    },
)
def branches_flipped(source: Source) -> Iterator[Edits]:
    """The opposite condition with the branches exchanged."""
    for node in source.nodes:
        if isinstance(node, ast.If) and node.orelse and not isinstance(node.orelse[0], ast.If):
            first, second = _range(source, node.body), _range(source, node.orelse)
        elif isinstance(node, ast.IfExp):
            first, second = source.span(node.body), source.span(node.orelse)
        else:
            continue
        texts = source.text[slice(*first)], source.text[slice(*second)]
        yield _negated(source, node.test), Edit(*first, texts[1]), Edit(*second, texts[0])


@rewrite(
    "guard-flipped",
    {
        "def f(a):\n    if a is None:\n        raise E\n    return a": [
            "def f(a):\n    if a is not None:\n        pass\n    else:\n        raise E\n    return a"
        ]
    },
)
def guard_flipped(source: Source) -> Iterator[Edits]:
    """A guard in the other branch of the opposite condition."""
    for node in source.nodes:
        if isinstance(node, ast.If) and not node.orelse and "elif" not in source.code(node)[:4]:
            indent = source.indent(node)
            colon = source.text.index(":", source.span(node.test)[1])
            if source.text[colon + 1] == "\n":
                yield (
                    _negated(source, node.test),
                    Edit(colon + 1, colon + 1, f"\n{indent}    pass\n{indent}else:"),
                )


def _negated(source: Source, test: ast.expr) -> Edit:
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Is | ast.IsNot):
        sign = "is not" if isinstance(test.ops[0], ast.Is) else "is"
        return source.replace(test, f"{source.code(test.left)} {sign} {source.code(test.comparators[0])}")
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return source.replace(test, source.code(test.operand))
    return source.replace(test, f"not ({source.code(test)})")


@rewrite(
    "else-instead-of-return",
    {
        "def f(a):\n    if a:\n        return 1\n    b = 2\n\n    return b": [
            "def f(a):\n    if a:\n        return 1\n    else:\n        b = 2\n\n        return b"
        ]
    },
)
def else_instead_of_return(source: Source) -> Iterator[Edits]:
    """What follows an early return or raise, in its `else`."""
    for owner in source.nodes:
        body = getattr(owner, "body", [])
        if not isinstance(owner, Function | ast.If | ast.With | ast.AsyncWith | ast.For | ast.Try):
            continue
        for index, node in enumerate(body[:-1]):
            if (
                isinstance(node, ast.If)
                and not node.orelse
                and isinstance(node.body[-1], ast.Return | ast.Raise)
            ):
                yield _indented(source, node, body[index + 1 :])


def _indented(source: Source, guard: ast.If, rest: Sequence[ast.stmt]) -> Edits:
    """Return the edits that put an `else:` before statements and indent them, texts of several lines aside."""
    indent = source.indent(guard)
    start, end = _range(source, rest)
    line = source.text.rfind("\n", 0, start) + 1
    edits = [Edit(line, line, f"{indent}else:\n    ")]
    within = {
        number
        for node in rest
        for part in ast.walk(node)
        if isinstance(part, ast.JoinedStr | ast.Constant) and part.end_lineno is not None
        for number in range(part.lineno + 1, part.end_lineno + 1)
    }
    at = source.text.find("\n", line, end) + 1
    while 0 < at < end:
        if source.line(at) not in within and source.text[at] != "\n":
            edits.append(Edit(at, at, "    "))
        at = source.text.find("\n", at, end) + 1
    return tuple(edits)


@rewrite(
    "loop-instead-of-comprehension",
    {
        "def f(b):\n    return [a.c for a in b if a]": [
            "def f(b):\n    collected = []\n    for a in b:\n        if a:\n            collected.append(a.c)\n"
            "    return collected"
        ]
    },
)
def loop_instead_of_comprehension(source: Source) -> Iterator[Edits]:
    """A loop that appends instead of a comprehension."""
    for node in source.nodes:
        if not isinstance(node, ast.Return | ast.Assign) or not isinstance(node.value, ast.ListComp):
            continue
        comprehension = node.value
        if len(comprehension.generators) != 1 or comprehension.generators[0].is_async:
            continue
        loop = comprehension.generators[0]
        indent = source.indent(node)
        deeper = indent + "    "
        lines = ["collected = []", f"{indent}for {source.code(loop.target)} in {source.code(loop.iter)}:"]
        for test in loop.ifs:
            lines.append(f"{deeper}if {source.code(test)}:")
            deeper += "    "
        lines.append(f"{deeper}collected.append({source.code(comprehension.elt)})")
        start, _ = source.span(node)
        yield Edit(start, start, "\n".join(lines) + f"\n{indent}"), source.replace(comprehension, "collected")


@rewrite(
    "if-instead-of-ternary",
    {"def f(a):\n    return b if a else c": ["def f(a):\n    if a:\n        return b\n    return c"]},
)
def if_instead_of_ternary(source: Source) -> Iterator[Edits]:
    """Two returns instead of a conditional expression."""
    for node in source.nodes:
        if isinstance(node, ast.Return) and isinstance(node.value, ast.IfExp):
            indent = source.indent(node)
            choice = node.value
            text = (
                f"if {source.code(choice.test)}:\n{indent}    return {source.code(choice.body)}\n"
                f"{indent}return {source.code(choice.orelse)}"
            )
            yield (source.replace(node, text),)


@rewrite("dict-call", {"x = {'a': 1, 'b': c}": ["x = dict(a=1, b=c)"], "x = {'a-b': 1}": []})
def dict_call(source: Source) -> Iterator[Edits]:
    """`dict(…)` instead of braces."""
    for node in source.nodes:
        if isinstance(node, ast.Dict) and node.keys:
            keys = [str(key.value) if isinstance(key, ast.Constant) else "" for key in node.keys]
            if all(key.isidentifier() for key in keys):
                pairs = zip(keys, node.values, strict=True)
                inside = ", ".join(f"{key}={source.code(value)}" for key, value in pairs)
                yield (source.replace(node, f"dict({inside})"),)


@rewrite("format-call", {"x = f'{a}: {b.c}'": ["x = '{}: {}'.format(a, b.c)"], "x = f'{a!r}'": []})
def format_call(source: Source) -> Iterator[Edits]:
    """`str.format` instead of an f-string."""
    for literal in source.literals:
        node = literal.node
        if not isinstance(node, ast.JoinedStr) or len(literal.pieces) != 1:
            continue
        values = [part for part in node.values if isinstance(part, ast.FormattedValue)]
        if not values or any(part.conversion != -1 or part.format_spec for part in values):
            continue
        start, end = source.span(node)
        holes = [span for char, span in zip(literal.text, literal.spans, strict=True) if char == HOLE]
        given = ", ".join(source.code(part.value) for part in values)
        prefix = literal.pieces[0].prefix
        yield (
            Edit(start, start + len(prefix), prefix.replace("f", "")),
            *(Edit(*hole, "{}") for hole in holes),
            Edit(end, end, f".format({given})"),
        )


@rewrite("comparison-turned", {"x = a < b": ["x = b > a"], "x = a == b": ["x = b == a"], "x = a in b": []})
def comparison_turned(source: Source) -> Iterator[Edits]:
    """The same comparison from the other side."""
    turned = {ast.Lt: ">", ast.LtE: ">=", ast.Gt: "<", ast.GtE: "<=", ast.Eq: "==", ast.NotEq: "!="}
    for node in source.nodes:
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in turned:
            left, right = source.code(node.left), source.code(node.comparators[0])
            yield (source.replace(node, f"{right} {turned[type(node.ops[0])]} {left}"),)


@rewrite(
    "logging-added",
    {
        "def f(a):\n    'doc'\n    return a": [
            "def f(a):\n    'doc'\n    __import__('logging').getLogger(__name__).debug('entered')\n    return a"
        ]
    },
)
def logging_added(source: Source) -> Iterator[Edits]:
    """A message for the log."""
    for node in source.nodes:
        if isinstance(node, Function) and source.body(node):
            first = source.body(node)[0]
            start = source.span(first)[0]
            if source.text[:start].rpartition("\n")[2] == source.indent(first):
                line = "__import__('logging').getLogger(__name__).debug('entered')"
                yield (Edit(start, start, f"{line}\n{source.indent(first)}"),)


@rewrite("comment-added", {"def f(a):\n    return a": ["def f(a):\n    # Said plainly.\n    return a"]})
def comment_added(source: Source) -> Iterator[Edits]:
    """A comment."""
    for node in source.nodes:
        if isinstance(node, ast.Return):
            start = source.span(node)[0]
            if source.text[:start].rpartition("\n")[2] == source.indent(node):
                yield (Edit(start, start, f"# Said plainly.\n{source.indent(node)}"),)


def _range(source: Source, body: Sequence[ast.stmt]) -> tuple[int, int]:
    return source.span(body[0])[0], source.span(body[-1])[1]
