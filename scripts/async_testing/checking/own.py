"""The findings of ``check`` itself, which no rule's module makes: files it could not judge, and its own comments."""

from __future__ import annotations

from types import ModuleType

from async_testing.rules import Rule

NOT_JUDGED = "AT000"
MALFORMED = "AT001"
UNUSED = "AT002"
CODES = frozenset((NOT_JUDGED, MALFORMED, UNUSED))

_DOCUMENTS = {
    NOT_JUDGED: """A file could not be judged: it cannot be read, or not be parsed.

## What it does

Tells of each file that no rule could look at. The exit code is 2, whatever else was found; it cannot be ignored.

## Why is this bad

A file that nobody looked at is not a clean file.

## Use instead

Mend what the message says. A newer syntax than that of the Python which runs the checker needs a newer Python.
""",
    MALFORMED: """A comment that should suppress a finding suppresses nothing, as it names no rule.

## What it does

Looks at comments that begin with `async-testing:` and are not of the form `async-testing: ignore[RULE] reason` or
`async-testing: ignore-file[RULE] reason`, RULE being codes or names of rules, joined by commas.

## Why is this bad

Its author believes that something is suppressed. A comment without codes would also hide whatever comes later.

## Example

```python
save("Ann")  # async-testing: ignore
```

## Use instead

```python
save("Ann")  # async-testing: ignore[unawaited-call] the scheduler awaits it
```
""",
    UNUSED: """A comment suppresses a finding that is not there.

## What it does

Looks at `async-testing: ignore[RULE]` whose rule was asked, and reports nothing on that line (or in that file).

## Why is this bad

It outlived its reason, and will hide the next finding on its line.

## Example

```python
await save("Ann")  # async-testing: ignore[unawaited-call]
```

## Use instead

```python
await save("Ann")
```
""",
}
_NAMES = {NOT_JUDGED: "not-judged", MALFORMED: "malformed-suppression", UNUSED: "unused-suppression"}


def rules() -> list[Rule]:
    """What ``check`` reports itself, as rules that can be listed, explained and ignored."""
    return [
        Rule(
            code,
            name,
            "stable",
            "error" if code == NOT_JUDGED else "warning",
            (),
            ModuleType(name.replace("-", "_"), _DOCUMENTS[code]),
        )
        for code, name in _NAMES.items()
    ]


def name_of(code: str) -> str:
    """The name to a code of ours."""
    return _NAMES[code]
