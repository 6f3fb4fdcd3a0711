"""Mode ``serving``: one pytest that stops twice and is forked from there, for each mutant.

It stops first when its plugins are loaded and nothing of the project is (early): forks of it collect afresh, with
another text for one file. A fork of it goes on, collects everything and stops before the first test (late): forks of
that have the code of functions swapped.

Requests and answers are JSON, a line each. A request has ``id``, ``path``, ``text``, ``limits`` (seconds for each test)
and ``setup`` (seconds until the first one begins); ``tests`` are places in what ``collected`` told (late) or node IDs
(early, with ``files``). An answer has ``id`` and ``state``: passed, failed, died, timeout, or what a plan says.
"""

from __future__ import annotations

import gc
import importlib
import os
import re
import sys
import threading
from collections.abc import Generator
from contextlib import suppress
from types import CodeType
from typing import Any

import pytest

from . import substituting, swapping, warming
from .afresh import Afresh
from .children import Server
from .modules import files, installed
from .settled import Settled
from .trying import Failures, attempt, leave, own_output

_PROVIDER = re.compile(r"faker\.providers\.\w+\.([a-z]{2,3}_[A-Z]{2})")


class Early:
    """Plugin: stops before the project is imported; what it forks first becomes the late one."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._settings = settings
        self._known: list[str] = []
        self._early, self._late = (
            Server(reading, writing, settings["jobs"])
            for reading, writing in (settings["early"], settings["late"])
        )

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(self, early_config: pytest.Config) -> Generator[None, Any, None]:
        """Fork the late one, then answer."""
        pid = os.fork()
        if pid == 0:
            self._early.close()
            early_config.pluginmanager.register(Late(self._late, self._settings))
            yield
        else:
            self._late.close()
            self._early.beside(pid)
            slot, request = self._early.serve(self._prepare)
            sys.pycache_prefix, sys.dont_write_bytecode = self._settings["bytecode"], False
            afresh = Afresh(slot, request, self._known)
            early_config.pluginmanager.register(afresh)
            afresh.look_at((yield))

    def _prepare(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """Import what was asked for; refuse a file that is there already, as a plugin."""
        root = self._settings["root"]
        if "preload" in request:
            self._known = request["known"]
            return _prepared(request, root)
        if request.get("path") in set(files(root)):
            return {"state": "unfit", "message": "the file is imported together with pytest's plugins"}
        return None


class Late:
    """Plugin: stops before the first test."""

    def __init__(self, server: Server, settings: dict[str, Any]) -> None:
        self._server = server
        self._root = settings["root"]
        self._ran = {path: set(lines) for path, lines in settings["imported"].items()}
        self._originals: dict[str, CodeType] = {}
        self._functions: swapping.Functions = {}
        self._loaded: set[str] = set()
        self._plan = swapping.Plan("")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Tell what cannot be collected."""
        if report.failed:
            self._server.tell(id=-1, state="refused", name=report.nodeid, message=report.longreprtext[-500:])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Answer; in a fork, run the tests of its request."""
        self._functions = swapping.functions(self._root)
        self._loaded = set(files(self._root))
        self._server.tell(
            id=-1,
            state="collected",
            tests=[(item.nodeid, str(item.path)) for item in session.items],
            modules=[*installed()],
            threads=threading.active_count(),
            fixtures=sorted({name for item in session.items for name in getattr(item, "fixturenames", ())}),
        )
        failures = Failures()
        session.config.pluginmanager.register(failures)
        slot, request = self._server.serve(self._prepare)
        own_output(session.config)
        substitute = substituting.Substitute()
        if self._plan.kind:
            for function, code in self._plan.swaps:
                function.__code__ = code
            substitute = substituting.install(request["path"], request["text"])
        items = [session.items[place] for place in request["tests"]]
        before = set(sys.modules)
        result = attempt(session, items, slot, all_of_them=request.get("all", False), failures=failures)
        if request.get("all"):
            result["modules"] = [name for name in installed() if name not in before]
            result |= {"sources": warming.sources(before), "patterns": warming.patterns()}
        slot.tell(**result, is_used=substitute.is_used or bool(self._plan.swaps))
        leave()
        return True

    def _prepare(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """Plan a mutant; answer where it needs no fork, or another one."""
        if "preload" in request:
            return _prepared(request, self._root)
        path = request.get("path", "")
        if not path:
            self._plan = swapping.Plan("")
            return None
        if path not in self._originals:
            with open(path, encoding="utf-8") as stream:  # noqa: PTH123
                self._originals[path] = _compiled(stream.read(), path)
        old, new = self._originals[path], _compiled(request["text"], path)
        if path in self._loaded:
            known = self._functions.get(path, {})
            self._plan = swapping.plan(known, old, new, self._ran.get(path, set()))
        else:
            self._plan = swapping.Plan("equivalent" if swapping.same(old, new) else "absent")
        request["kind"] = self._plan.kind
        return {"state": self._plan.kind} if self._plan.kind in ("equivalent", "import") else None


def _compiled(text: str, path: str) -> CodeType:
    return compile(text, path, "exec", dont_inherit=True)


def _prepared(request: dict[str, Any], root: str) -> dict[str, Any]:
    """Set variables, and import modules as far as that works; failed where that imports a file of the project."""
    os.environ.update(request["environment"])
    before = set(files(root))
    for name in request["preload"]:
        if name not in sys.modules:
            with suppress(BaseException):
                importlib.import_module(name)
    warming.warm(request.get("sources", ()), request.get("patterns", ()))
    _search_fakers()
    gc.collect()
    gc.freeze()
    return {"state": "passed" if set(files(root)) == before else "failed"}


def _search_fakers() -> None:
    """Let Faker search its providers once for the locales in use: it takes longer than most tests."""
    found = (_PROVIDER.fullmatch(name) for name in [*sys.modules])
    locales = sorted({match[1] for match in found if match})
    if locales:
        with suppress(Exception):
            importlib.import_module("faker").Faker(locales)


def plugins(settings: dict[str, Any]) -> list[object]:
    """The plugins of this mode."""
    return [Early(settings), Settled()]
