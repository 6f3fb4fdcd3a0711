"""What every test of a process shares: environment, folders, signals, locale, logging, modules, event loop policy."""

from __future__ import annotations

import asyncio.events
import gc
import locale
import logging
import os
import signal
import socket
import sys
import warnings
from collections.abc import Hashable, Iterator, Mapping
from types import ModuleType, SimpleNamespace
from typing import Any

from .left import MISSING, Left

SILENCED = "loggers that are disabled"
State = Mapping[Hashable, Any]
SIGNALS = [number for number in signal.valid_signals() if isinstance(number, signal.Signals)]


class Surroundings:
    """Looks at the process.

    Args:
        own: says of a module whether it is the project's.
    """

    def __init__(self, own: Any) -> None:
        self._own = own
        self._modules: dict[str, bool] = {}
        self.has_filters = False
        """Whether filters of warnings outlive a test; with pytest's plugin for warnings they do not."""

    def look(self) -> State:
        """How things are."""
        state: dict[Hashable, Any] = {("environ", name): value for name, value in os.environ.items()}
        for name in [one for one in os.environ if one.startswith("PYTEST_")]:
            del state["environ", name]
        state["cwd"] = folder()
        state["sys.path"] = tuple(sys.path)
        state["locale"] = locale.setlocale(locale.LC_ALL)
        state["event loop policy"] = type(getattr(asyncio.events, "_event_loop_policy", None)).__name__
        state["sys.excepthook"] = sys.excepthook
        state["recursion limit"] = sys.getrecursionlimit()
        state["garbage collection"] = gc.isenabled()
        state["default timeout of sockets"] = socket.getdefaulttimeout()
        if self.has_filters:
            state["filters of warnings"] = len(warnings.filters)
        for number in SIGNALS:
            state["signal", number.name] = signal.getsignal(number)
        self._look_at_modules(state)
        _look_at_loggers(state)
        return state

    def _look_at_modules(self, state: dict[Hashable, Any]) -> None:
        known = self._modules
        for name, module in [*sys.modules.items()]:
            if name not in known:
                known[name] = self._own(module) or _is_fake(module)
            if known[name]:
                state["module", name] = id(module)

    def told(self, before: State, after: State) -> Iterator[Left]:
        """What has changed, harmless things aside."""
        silenced = []
        for key in {**before, **after}:
            was, now = before.get(key, MISSING), after.get(key, MISSING)
            if was != now and (left := self._left(key, was, now)) is not None:
                if left.what == SILENCED:
                    silenced.append(left)
                else:
                    yield left
        if silenced:
            more = f", and {len(silenced) - 1} more loggers" if len(silenced) > 1 else ""
            yield silenced[0]._replace(message=silenced[0].message + more)

    def _left(self, key: Any, before: Any, after: Any) -> Left | None:
        if isinstance(key, str):
            return None if self._is_of_a_library(before, after) else _plain(key, before, after)
        kind, name = key
        if kind == "environ":
            how = "removed" if after is MISSING else "changed" if before is not MISSING else "set"
            return Left(
                f"os.environ[{name!r}]", f"os.environ[{name!r}] stays {how}; monkeypatch.setenv restores it"
            )
        if kind == "signal":
            if self._is_of_a_library(before, after):
                return None
            return Left(f"handler of {name}", f"the handler of {name} stays changed")
        if kind == "module":
            return self._module(name, before, after)
        return _logger(name, before, after)

    def _is_of_a_library(self, *hooks: Any) -> bool:
        """Whether one of these functions is a library's, such as a plugin that limits the time of each test."""
        modules = (sys.modules.get(getattr(one, "__module__", None) or "") for one in hooks if callable(one))
        files = ((one, getattr(one, "__file__", None)) for one in modules if one is not None)
        return any(file and "site-packages" in file and not self._own(one) for one, file in files)

    def _module(self, name: str, before: Any, after: Any) -> Left | None:
        what = f"sys.modules[{name!r}]"
        if before is MISSING:
            fake = _is_fake(sys.modules.get(name))
            return (
                Left(what, f"{what} stays set to a stand-in; monkeypatch.setitem restores it")
                if fake
                else None
            )
        if after is MISSING:
            return Left(what, f"{what} stays removed, so the next import runs the module again")
        return Left(what, f"{what} is another module than before; what was imported from it is not renewed")


def _plain(key: str, before: Any, after: Any) -> Left | None:
    if key == "event loop policy":
        if before == "NoneType":
            return None
        return Left(key, f"the event loop policy stays {after}")
    if key == "cwd":
        return Left("the current folder", "the current folder stays changed; monkeypatch.chdir restores it")
    if key == "sys.path":
        new = [one for one in after if one not in before]
        return Left(
            key,
            f"sys.path stays changed{f': {new[0]}' if new else ''}; monkeypatch.syspath_prepend restores it",
        )
    if key in ("locale", "recursion limit", "garbage collection", "default timeout of sockets"):
        return Left(key, f"the {key} stays {after}")
    verb = "stay" if key.startswith("filters") else "stays"
    return Left(key, f"{key} {verb} changed")


def folder() -> str:
    """The current folder, or that it is gone."""
    try:
        return os.getcwd()  # noqa: PTH109
    except OSError:
        return "a folder that is gone"


def _is_fake(module: Any) -> bool:
    """Whether what lies in sys.modules was made by a test."""
    mock = sys.modules.get("unittest.mock")
    stand_ins = (SimpleNamespace, *((mock.NonCallableMock,) if mock is not None else ()))
    if issubclass(type(module), stand_ins):
        return True
    if type(module) is not ModuleType or module.__name__.startswith("_"):
        return False
    return all(vars(module).get(name) is None for name in ("__spec__", "__loader__", "__file__"))


def _look_at_loggers(state: dict[Hashable, Any]) -> None:
    root = logging.root
    state["logger", ""] = _logger_state(root)
    for name, one in [*root.manager.loggerDict.items()]:
        if isinstance(one, logging.Logger):
            state["logger", name] = _logger_state(one)


def _logger_state(logger: logging.Logger) -> tuple[Any, ...]:
    handlers = tuple(id(one) for one in logger.handlers if "_pytest" not in type(one).__module__)
    return len(handlers), logger.disabled, logger.propagate


def _logger(name: str, before: Any, after: Any) -> Left | None:
    """Handlers that pile up, and loggers that are silenced; what sets logging up the first time is none of it."""
    if after is MISSING:
        return None
    before = (0, False, True) if before is MISSING else before
    what = f"logger {name!r}" if name else "the root logger"
    if after[0] > before[0]:
        return Left(f"handlers of {what}", f"{what} keeps a handler that was added", once=True)
    if after[1] and not before[1]:
        return Left(SILENCED, f"{what} stays disabled", once=True)
    return None
