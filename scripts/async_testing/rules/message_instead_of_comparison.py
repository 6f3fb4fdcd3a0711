"""What the value should be compared with stands behind a comma, as the assertion's message.

## What it does

Looks for asserts whose message is a number, a container, a comparison or the like: something that no reader would be
told, such as ``assert response.status_code, 200``; for one that is a single word which names no failure; and for the
same behind the comma of ``assertTrue``.

## Why is this bad

Only the part before the comma is asserted: any status code is true.

## Example

```python
from httpx import AsyncClient


async def test_get_user(client: AsyncClient) -> None:
    response = await client.get("/users/1")
    assert response.status_code, 200  # error
    assert response.json(), {"name": "Ann"}  # error
```

## Use instead

```python
from httpx import AsyncClient


async def test_get_user(client: AsyncClient) -> None:
    response = await client.get("/users/1")
    assert response.status_code == 200
    assert response.json() == {"name": "Ann"}
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from async_testing.facts import asserts
from async_testing.facts.asserts import is_testing
from async_testing.facts.source import SourceFile
from async_testing.rules import Edit, Fix, Hit

CODE = "AT512"
SEVERITY = "error"
NEEDS = ("assert",)


EXPECTED = re.compile(r"(?:expected|want(?:ed)?)(?:_\w+)?$")
MEMBER = re.compile(
    r"(?:^|\.)(?!\w*(?:Message|Error|Text|Reason))[A-Z]\w*[a-z]\w*\.[A-Z][A-Z0-9_]*$|\.HTTP_\d{3}\w*$"
)
WORD = re.compile(r"[\w@:/+.%#-]+$|[A-Z][\w.'-]*(?: [A-Z][\w.'-]*){1,2}$")
FAILING = re.compile(
    "fail|miss|err|empty|none|null|false|true|wrong|bad|not?$|not?_|invalid|unexpected|time|unreach|should|must|expect"
    "|broken|lost|never|no$|unknown|oops|wtf|fixme|todo|bug|why|[!?]|[.:]$",
    re.IGNORECASE,
)
"""What a message says of a failure, however short."""
YES_OR_NO = re.compile(
    r"(?:^|[._])(?:is|has|ok|success|found|exists|are|was|can|any|all|called|done|valid)(?:_|\b)"
)
METHODS = frozenset({"assertTrue", "assertFalse", "assertIsNotNone", "assertIsNone"})
VALUES = (ast.Name, ast.Attribute, ast.Subscript, ast.Await)


def check(source: SourceFile) -> Iterator[Hit]:
    """Yield each assert whose message is meant to be compared."""
    if not is_testing(source):
        return
    for statement in source.all(ast.Assert):
        message, test = statement.msg, statement.test
        if message is not None and not isinstance(test, ast.Constant) and _is_value(source, test, message):
            yield _hit(source, statement, test, message)
    if "self.assert" not in source.text:
        return
    for call in source.all(ast.Call):
        if len(call.args) != 2 or source.called(call).removeprefix("self.") not in METHODS:
            continue
        test, message = call.args
        if not isinstance(test, ast.Constant) and _is_value(source, test, message):
            what = f"'{ast.unparse(message)[:50]}' is only the message of this {asserts.last_name(call)}"
            instead = f"self.assertEqual({ast.unparse(test)[:50]}, {ast.unparse(message)[:50]})"
            yield Hit(call, f"{what}, nothing compares it", instead)


def _hit(source: SourceFile, statement: ast.Assert, test: ast.expr, message: ast.expr) -> Hit:
    fix = None
    asking = isinstance(test, ast.Compare | ast.BoolOp | ast.UnaryOp)
    if not asking and not isinstance(message, ast.Compare | ast.BoolOp):
        (_, end), (start, _) = source.span(test), source.span(message)
        if source.text[end:start].strip() == ",":
            fix = Fix("compare them", (Edit(end, start, " == "),), safe=False)
    what = f"'{ast.unparse(message)[:50]}' is only the message of this assert"
    shown = f"{ast.unparse(test)[:50]} == {ast.unparse(message)[:50]}"
    instead = f"assert {shown}" if fix else "assert both conditions, a line each"
    return Hit(statement, f"{what}, nothing compares it", instead, fix)


def _is_value(source: SourceFile, test: ast.expr, message: ast.expr) -> bool:
    if isinstance(message, ast.Constant):
        if isinstance(message.value, str):
            return _is_word(test, message.value)
        return message.value is not None and message.value is not Ellipsis
    if isinstance(message, ast.Compare | ast.BoolOp):
        return not any(
            isinstance(one, ast.Constant | ast.JoinedStr) for one in getattr(message, "values", ())
        )
    if isinstance(test, ast.Compare | ast.BoolOp | ast.UnaryOp):
        return False
    if isinstance(message, ast.Dict):
        return all(isinstance(one, ast.Constant) for one in message.values)
    if isinstance(message, ast.Set | ast.List | ast.Tuple):
        return all(isinstance(one, ast.Constant) for one in message.elts)
    if isinstance(message, ast.Name):
        return EXPECTED.match(message.id) is not None
    if isinstance(message, ast.Attribute):
        return MEMBER.search(source.dotted(message)) is not None
    return source.called(message) == "pytest.approx"


def _is_word(test: ast.expr, message: str) -> bool:
    """Whether a text is what a value is meant to be, such as ``"paid"``, and tells nobody of a failure."""
    shown = ast.unparse(test)
    is_get = isinstance(test, ast.Call) and asserts.last_name(test) == "get"
    if not is_get and not isinstance(test, VALUES):
        return False
    if not WORD.match(message) or FAILING.search(message) or YES_OR_NO.search(shown):
        return False
    return message.lower().strip("_") not in shown.lower()
