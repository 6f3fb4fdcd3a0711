"""An option of pytest-asyncio is misspelled, or stands in a table that pytest does not read.

## What it does

Looks at the pytest configuration for option names close to ``asyncio_mode`` and to the loop scopes, for values that are
none, and for tables such as ``[tool.pytest-asyncio]``.

## Why is this bad

Pytest only warns of an unknown option. The mode stays strict, and async tests without a mark do not run.

## Example

```python
def test_configured() -> None:
    assert 1 + 1 == 2
```

```toml
[tool.pytest.ini_options]
async_mode = "auto"  # error
```

## Use instead

```python
def test_configured() -> None:
    assert 1 + 1 == 2
```

```toml
[tool.pytest.ini_options]
asyncio_mode = "auto"
```
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from async_testing.facts.config import Config
from async_testing.rules import Hit

CODE = "AT228"
SEVERITY = "error"
SCOPES = ("function", "class", "module", "package", "session", "fixture-scope")
KNOWN = {
    "asyncio_mode": ("auto", "strict"),
    "asyncio_default_fixture_loop_scope": SCOPES,
    "asyncio_default_test_loop_scope": SCOPES[:5],
    "asyncio_debug": (),
}
OTHERS = frozenset({"anyio_mode", "trio_mode", "asyncio_cooperative_mode"})
WRONG = {"async_mode": "asyncio_mode", "asyncio_loop_scope": "asyncio_default_test_loop_scope"}
WRONG |= {"asyncio_default_loop_scope": "asyncio_default_test_loop_scope", "mode": "asyncio_mode"}
TABLE = re.compile(r"^\s*\[tool[.:](?:pytest[._-])?(?:pytest[-_])?asyncio\]")


def check_config(config: Config, text: str) -> Iterator[Hit]:
    """Yield each option that pytest-asyncio does not take."""
    options = config.settings.options if config.settings else {}
    for name, value in options.items():
        if name in KNOWN:
            allowed = KNOWN[name]
            given = value.strip() if isinstance(value, str) else ""
            if allowed and given and given not in allowed and "{" not in given:
                message = f"{name} = {given!r} is no value of pytest-asyncio"
                yield Hit(_line(text, name), message, " or ".join(allowed))
        elif name not in OTHERS:
            meant = _meant(name)
            if meant:
                message = f"pytest knows no option {name}: {meant} keeps its default"
                yield Hit(_line(text, name), message, meant)
    for number, line in enumerate(text.splitlines(), start=1):
        if TABLE.match(line):
            message = f"pytest does not read the table {line.strip()}: its options have no effect"
            yield Hit(number, message, "asyncio_mode in the table of pytest's own options")


def _meant(name: str) -> str:
    if name in WRONG and name != "mode":
        return WRONG[name]
    if not re.match(r"a\w*y\w*n\w*[_-]", name) or name.startswith(("anyio", "trio")):
        return ""
    close = difflib.get_close_matches(name.replace("-", "_").lower(), list(KNOWN), 1, 0.85)
    return close[0] if close else ""


def _line(text: str, name: str) -> int:
    """The line that sets an option, 1 where none can be found."""
    pattern = re.compile(rf"\s*[\"']?{re.escape(name)}[\"']?\s*[=:]")
    return next((number for number, line in enumerate(text.splitlines(), 1) if pattern.match(line)), 1)
