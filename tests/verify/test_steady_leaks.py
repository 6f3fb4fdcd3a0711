"""What a test leaves behind, and what only looks like it."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from tests.verify.suites import snapshot, steadied, written

APP = """
import asyncio
import logging

from fastapi import FastAPI

app = FastAPI()
items = {}
_cache = {}
timeout = 5
engine = None
calls = 0
convertors = {"int": 1}


class Settings:
    def __init__(self):
        self.debug = False
        self._lazy = None


settings = Settings()


def get_user():
    return "x"


def get_engine():
    global engine
    if engine is None:
        engine = object()
    return engine


def count():
    global calls
    calls += 1


def set_up_logging():
    logger = logging.getLogger("app")
    if not logger.handlers:
        logger.addHandler(logging.StreamHandler())


class Mailer:
    def send(self):
        return 1


class Proxy:
    # As those of web frameworks: nothing of it can be seen outside of a request
    @property
    def __dict__(self):
        raise RuntimeError("outside of a request")

    def __getattr__(self, name):
        raise RuntimeError("outside of a request")

    __class__ = property(__getattr__)


request = Proxy()


async def poll():
    await asyncio.sleep(3600)
"""
IMPORTS = """
import asyncio
import locale
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from unittest.mock import MagicMock

import httpx2 as httpx
import pytest

import app as main
"""
LEAVING = {
    "dependency_overrides[get_user]": "main.app.dependency_overrides[main.get_user] = lambda: 'y'",
    "os.environ['APP_MODE'] stays set": "os.environ['APP_MODE'] = 'x'",
    "os.environ['HOME'] stays removed": "os.environ.pop('HOME', None)",
    "the current folder": "os.chdir('/')",
    "the event loop policy stays Policy": """
    class Policy(asyncio.DefaultEventLoopPolicy):
        pass
    asyncio.get_event_loop_policy()
    asyncio.set_event_loop_policy(Policy())""",
    "made is left open": "main.kept = asyncio.new_event_loop()",
    "a task is left pending: poll": "main.task = asyncio.create_task(main.poll()); await asyncio.sleep(0)",
    "a socket is left listening on 127.0.0.1": "main.server = socket.create_server(('127.0.0.1', 0))",
    "a thread is left running": "threading.Thread(target=lambda: threading.Event().wait(60), daemon=True).start()",
    "a process is left running": "main.child = subprocess.Popen(['sleep', '60'])",
    "app.items stays with 1 entry, it had 0": "main.items['a'] = 1",
    "app.calls stays": "main.count()",
    "app.timeout stays 7, it was 5": "main.timeout = 7",
    "app.settings.debug stays True, it was False": "main.settings.debug = True",
    "app.Mailer.send stays patched": "main.Mailer.send = MagicMock()",
    "app.set_up_logging stays patched": "main.set_up_logging = lambda: None",
    "httpx2.get stays patched": "httpx.get = lambda url: None",
    "sys.modules['stripe']": "sys.modules['stripe'] = MagicMock()",
    "sys.path stays changed": "sys.path.insert(0, '/nowhere')",
    "the handler of SIGUSR1": "signal.signal(signal.SIGUSR1, lambda *a: None)",
    "the locale stays": "locale.setlocale(locale.LC_ALL, 'C' if locale.setlocale(locale.LC_ALL) != 'C' else 'C.UTF-8')",
    "left.txt stays in the project": "open(os.path.join(os.path.dirname(__file__), 'left.txt'), 'w').close()",
    "coroutine 'poll' was never awaited": "main.poll()",
    "unclosed event loop": "asyncio.new_event_loop()",
    "unclosed file": "open(__file__)",
    "ValueError: in a finalizer": """
    class Node:
        def __del__(self):
            raise ValueError("in a finalizer")
    node = Node()
    node.me = node""",
    "exception was never retrieved: ValueError('nobody looks')": """
    async def fail():
        raise ValueError("nobody looks")
    asyncio.create_task(fail())
    await asyncio.sleep(0)""",
}


def _test(place: int, body: str) -> str:
    kind = "async def" if "await" in body and "awaited" not in body else "def"
    return f"{kind} test_{place}():\n    {body.strip()}\n"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What is told of each test that leaves something."""
    tests = "\n\n".join(_test(place, body) for place, body in enumerate(LEAVING.values()))
    adding = "logging.getLogger('app').addHandler(logging.NullHandler())"
    tests += f"\n\ndef test_handler():\n    {adding}\n\n\ndef test_handler_again():\n    {adding}\n"
    root = written(tmp_path_factory.mktemp("leaking"), {"app.py": APP, "test_it.py": IMPORTS + tests})
    outcome, found = steadied(root, repeat=0)
    assert outcome.state == "failed", outcome
    messages = defaultdict(list)
    for one in found:
        messages[one.test.partition("::test_")[2]].append(one.message)
    return messages


@pytest.mark.parametrize("message", LEAVING)
def test_what_a_test_leaves_is_told_of_that_test(told: dict[str, list[str]], message: str) -> None:
    place = [*LEAVING].index(message)
    assert any(message in one for one in told[str(place)]), told


def test_handlers_that_pile_up_are_told_of_each_test_that_adds_one(told: dict[str, list[str]]) -> None:
    expected = ["logger 'app' keeps a handler that was added"]
    assert told["handler"] == told["handler_again"] == expected


GOOD = """
@pytest.fixture(scope="session")
def server():
    with socket.create_server(("127.0.0.1", 0)) as found:
        yield found


@pytest.fixture(scope="module")
def overridden():
    main.app.dependency_overrides[main.get_user] = lambda: "z"
    yield
    main.app.dependency_overrides.clear()


@pytest.fixture(scope="module", autouse=True)
def restored():
    before = dict(main.convertors)
    yield
    main.convertors.clear()
    main.convertors.update(before)


@pytest.fixture(scope="session", autouse=True)
def environment():
    os.environ["APP_MODE"] = "test"


@pytest.fixture
async def working():
    task = asyncio.create_task(main.poll())
    yield
    task.cancel()


def test_a_server(server):
    socket.create_connection(server.getsockname()).close()


def test_an_override(overridden):
    pass


def test_what_its_module_restores():
    main.convertors["date"] = 2


async def test_a_task(working):
    await asyncio.sleep(0)


def test_what_is_set_up_once():
    main.get_engine()
    main.set_up_logging()
    main._cache["a"] = 1
    main.settings._lazy = 1


def test_what_is_restored(monkeypatch, tmp_path):
    monkeypatch.setenv("APP_MODE", "x")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(main, "timeout", 9)
    monkeypatch.setitem(main.app.dependency_overrides, main.get_user, lambda: 1)
    monkeypatch.setattr(main.Mailer, "send", MagicMock())


def test_what_is_expected():
    with pytest.warns(RuntimeWarning, match="never awaited"):
        main.poll()


@pytest.mark.filterwarnings("ignore:unclosed")
def test_what_is_ignored():
    open(__file__)


def test_a_thread_that_ends():
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()


def test_a_process_that_ends():
    subprocess.run([sys.executable, "-c", ""], check=True)
"""


def test_a_suite_that_restores_what_it_changes_is_steady(tmp_path: Path) -> None:
    """Fixtures of a wider scope, what is set up once, and what is expected leave nothing behind."""
    other = "def test_other():\n    pass\n"
    root = written(tmp_path, {"app.py": APP, "test_it.py": IMPORTS + GOOD, "test_other.py": other})
    before = snapshot(root)
    outcome, found = steadied(root)
    assert found == ()
    assert outcome.state == "passed"
    assert "11 tests in 2 of 2 orders" in outcome.evidence
    assert "11 alone" in outcome.evidence
    assert snapshot(root) == before


def test_a_module_that_is_run_again_is_no_patch(tmp_path: Path) -> None:
    app = "import importlib, sys\n\n\nclass Step:\n    pass\n\n\ndef run():\n    return Step()\n\n\n"
    app += "def again():\n    importlib.reload(sys.modules['app'])\n"
    tests = "import app\n\n\ndef test_again():\n    app.again()\n\n\ndef test_run():\n    assert app.run()\n"
    root = written(tmp_path, {"app.py": app, "test_it.py": tests})
    outcome, found = steadied(root, repeat=0)
    assert found == (), found
    assert outcome.state == "passed"
