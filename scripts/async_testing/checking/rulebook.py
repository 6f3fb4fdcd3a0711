"""The rules without importing them: what their modules say of themselves, kept in the user's cache folder."""

from __future__ import annotations

import importlib
import json
import os
from types import ModuleType
from typing import Any

from async_testing import rules, userfolder
from async_testing.rules import Rule
from async_testing.userfolder import listing

FINDING = ("check", "check_config", "check_module")
"""What a rule's module has one or more of."""


class Later(ModuleType):
    """A module that is imported when something in it is asked for."""

    def __getattr__(self, name: str) -> Any:
        found = getattr(importlib.import_module(self.__name__), name)
        self.__dict__[name] = found
        return found

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        """The real module's."""
        return importlib.import_module(self.__name__).__doc__


def load(folder: str | os.PathLike[str] | None = None) -> list[Rule]:
    """Every rule there is, by code: as ``rules.load()``, but a rule's module is only imported when it is asked.

    Args:
        folder: where caches lie, by default the user's cache folder.
    """
    where = folder or userfolder.cache_folder()
    if where is None:
        return rules.load()
    here = os.path.dirname(os.path.abspath(rules.__file__))  # noqa: PTH100, PTH120
    state = sorted(listing(here))
    name = f"rules-{userfolder.digest(os.fsencode(here))[:16]}.json"
    content = userfolder.load(where, name)
    try:
        document = json.loads(content) if content else {}
        if document.get("state") == state:
            return [_rule(*one) for one in document["rules"]]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        pass  # written by another version
    found = rules.load()
    told = [
        [one.module.__name__, one.code, one.status, one.severity, one.needs, _absent(one)] for one in found
    ]
    userfolder.save(where, name, json.dumps({"state": state, "rules": told}).encode())
    return found


def _absent(rule: Rule) -> list[str]:
    """The functions that find hits and that a rule's module has not."""
    return [name for name in FINDING if not hasattr(rule.module, name)]


def _rule(module: str, code: str, status: str, severity: Any, needs: list[str], absent: list[str]) -> Rule:
    name = module.rpartition(".")[2].replace("_", "-")
    later = Later(module)
    later.__dict__.update(dict.fromkeys(absent))  # what is asked of every rule needs no import
    return Rule(code, name, status, severity, tuple(needs), later)
