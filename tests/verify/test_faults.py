"""Tests that hang, kill, fill and leave things behind: a clear outcome in bounded time, and nothing left running."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from async_testing.verifying import launching
from async_testing.verifying.clean import clean_run
from async_testing.verifying.launching import Target

from tests.verify.suites import snapshot, written

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "verify.py"
MODULE = "def double(number):\n    return 2 * number\n"
GOOD = "from doubling import double\n\n\ndef test_double():\n    assert double(2) == 4\n"
BOUND = 60
"""Seconds after which a run counts as hanging; on an idle machine it takes one or two."""

linux = pytest.mark.skipif(sys.platform != "linux", reason="processes and limits are told by Linux")


class Done(NamedTuple):
    """What the command did."""

    code: int
    report: dict[str, Any]
    err: str

    def outcome(self, check: str) -> tuple[str, str]:
        (one,) = (each for each in self.report["outcomes"] if each["check"] == check)
        return one["state"], one["evidence"]

    def of(self, test: str) -> str:
        """What became of a test, and why."""
        (one,) = (each for each in self.report["tests"] if each["name"].endswith(f"::{test}"))
        return f"{one['outcome']}: {one['message']}"

    @property
    def leaks(self) -> list[str]:
        return [one["message"] for one in self.report["instabilities"] if one["kind"] == "leak"]


class Project:
    """A project whose test does something bad."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        self._mark = uuid.uuid4().hex
        own = {"TMPDIR": str(self.temporary), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "MARK": self._mark}
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.environment = inherited | own

    def write(self, body: str, **files: str) -> None:
        lines = "\n".join(f"    {line}" for line in body.splitlines())
        imports = "import os, pathlib, signal, socket, subprocess, sys, time\n\nimport pytest\n\n\n"
        bad = f"{imports}def test_bad():\n{lines}\n"
        named = {name.replace("__", "."): text for name, text in files.items()}
        ini = {"pytest.ini": "[pytest]\npythonpath = .\n", "doubling.py": MODULE}
        written(self.root, {**ini, "test_bad.py": bad, "test_good.py": GOOD, **named})

    def command(self, *arguments: str) -> list[str]:
        fixed = ["--module", "doubling.py", "--no-cache", "--output-format", "json"]
        return [sys.executable, str(SCRIPT), ".", *fixed, *arguments]

    def verify(self, *arguments: str) -> Done:
        before = snapshot(self.root)
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=BOUND,
        )
        assert snapshot(self.root) == before
        self.is_clean()
        return Done(done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr)

    def is_clean(self) -> None:
        """Nothing is left running, and no temporary folder."""
        assert [*self._running()] == []
        assert [one.name for one in self.temporary.iterdir()] == []

    def _running(self) -> Iterator[str]:
        for one in Path("/proc").iterdir():
            with suppress(OSError):
                if one.name.isdigit() and self._mark.encode() in (one / "environ").read_bytes():
                    yield (one / "cmdline").read_bytes().decode().replace("\0", " ")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


FATAL = {
    "hangs": ("time.sleep(3600)", "did not end within 3 s in test_bad.py::test_bad"),
    "loops": ("while True: pass", "did not end within 3 s in test_bad.py::test_bad"),
    "is killed": ("os.kill(os.getpid(), signal.SIGKILL)", "ended with signal 9 in test_bad.py::test_bad"),
    "is terminated": (
        "os.kill(os.getpid(), signal.SIGTERM)",
        "ended with signal 15 in test_bad.py::test_bad",
    ),
    "exits at once": ("os._exit(0)", "ended with exit code 0 in test_bad.py::test_bad"),
}


@linux
@pytest.mark.parametrize(("body", "evidence"), FATAL.values(), ids=FATAL)
def test_a_test_that_ends_the_run_is_named(project: Project, body: str, evidence: str) -> None:
    project.write(body)
    done = project.verify("--only", "steady", "--timeout", "3" if "within" in evidence else "30")
    state, said = done.outcome("green")
    assert (state, done.code) == ("failed", 1)
    assert evidence in said
    assert done.outcome("steady") == ("unassessed", "the tests did not run")


FAILING = {
    "sys.exit": ("sys.exit(0)", "failed: SystemExit: 0"),
    "pytest.exit": ("pytest.exit('enough')", "error: the process ended while it ran"),
    "memory": ("kept = [bytearray(1 << 26) for _ in range(1 << 10)]", "failed: MemoryError"),
    "disk": ("with open('big', 'wb') as big:\n    big.truncate(1 << 40)", "failed: OSError: [Errno 27]"),
    "descriptors": ("for one in range(3): os.close(one)\nassert False", "failed: assert False"),
}


@linux
@pytest.mark.parametrize(("body", "outcome"), FAILING.values(), ids=FAILING)
def test_a_test_that_takes_or_ends_too_much_fails(project: Project, body: str, outcome: str) -> None:
    project.write(f"os.chdir(os.environ['TMPDIR'])\n{body}")
    done = project.verify("--only", "mutants", "--memory", "500", "--timeout", "30")
    assert done.outcome("green")[0] == "failed"
    assert done.code == 1
    assert done.of("test_bad").startswith(outcome)


DAEMON = """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execvp('sleep', ['sleep', '3600'])
    os._exit(0)
os.wait()
"""
LEAVING = {
    "server": ("subprocess.Popen([sys.executable, '-m', 'http.server', '0'])", "a process is left running"),
    "socket": ("globals()['kept'] = socket.create_server(('127.0.0.1', 0))", "a socket is left listening"),
    "folder": ("os.chdir('/')", "the current folder stays changed"),
}


@linux
@pytest.mark.parametrize(("body", "leak"), LEAVING.values(), ids=LEAVING)
def test_a_test_that_leaves_something_running_is_told(project: Project, body: str, leak: str) -> None:
    project.write(body)
    done = project.verify("--only", "steady", "--repeat", "1", "--timeout", "30")
    assert done.outcome("green")[0] == "passed"
    assert [one for one in done.leaks if leak in one]
    assert done.code == 1


HARMLESS = {
    "daemon": DAEMON,
    "fork": "os.fork()",
    "output": "for _ in range(100): print('x' * (1 << 20))",
}


@linux
@pytest.mark.parametrize("body", HARMLESS.values(), ids=HARMLESS)
def test_what_outlives_a_test_or_is_much_does_not_outlive_the_run(project: Project, body: str) -> None:
    project.write(body.strip())
    done = project.verify("--only", "mutants", "--timeout", "30")
    assert done.outcome("green")[0] == "passed"
    assert done.outcome("noticed")[0] in ("passed", "failed")


def test_output_that_is_not_captured_is_bounded_as_well(project: Project) -> None:
    project.write("for _ in range(100): print('x' * (1 << 20))")
    done = project.verify("--only", "complete", "--timeout", "30", "--", "-s")
    assert done.outcome("green")[0] == "passed"


def test_a_disk_that_is_nearly_full_ends_the_run(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launching, "SPARE", 1 << 62)
    project.write("time.sleep(3600)")
    done = clean_run(Target(project.root, sys.executable), [], BOUND)
    assert done.trouble == "the run was cut off since the disk was nearly full"


def test_no_test_at_all_is_not_a_pass(project: Project) -> None:
    project.write("pass", test_bad__py="", test_good__py="")
    done = project.verify()
    assert done.outcome("green") == ("unassessed", "no test was collected")
    assert done.code == 2


@pytest.mark.parametrize(
    ("text", "reason"), [("def test_(:", "SyntaxError"), ("import nowhere", "ModuleNotFoundError")]
)
def test_a_file_that_cannot_be_collected_is_named(project: Project, text: str, reason: str) -> None:
    project.write("pass", test_bad__py=f"{text}\n")
    done = project.verify()
    state, said = done.outcome("green")
    assert (state, done.code) == ("failed", 1)
    assert said.startswith("test_bad.py cannot be collected: ")
    assert reason in said


def test_a_configuration_that_pytest_refuses_is_told(project: Project) -> None:
    project.write("pass", pytest__ini="[pytest]\naddopts = --no-such-option\n")
    done = project.verify()
    state, said = done.outcome("green")
    assert (state, done.code) == ("unassessed", 2)
    assert "--no-such-option" in said


def test_a_suite_that_fails_is_not_asked_what_only_a_green_one_tells(project: Project) -> None:
    project.write("assert False", test_good__py="def test_good():\n    assert False\n")
    done = project.verify()
    assert done.outcome("green") == ("failed", "2 failed")
    assert {one["state"] for one in done.report["outcomes"][1:]} == {"unassessed"}
    assert done.code == 1


@linux
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize(
    ("check", "stage"),
    [("steady", "the tests as they are"), ("steady", "order 1"), ("mutants", "bugs, one at a time")],
)
def test_a_signal_ends_everything_at_once(project: Project, name: str, check: str, stage: str) -> None:
    project.write(
        "from doubling import double\ndouble(2)\n"
        "first = pathlib.Path(os.environ['FIRST'])\n"
        "if first.exists():\n    time.sleep(3600)\nelse:\n    first.touch()"
    )
    first = project.root.parent / "first"
    if stage == "the tests as they are":
        first.touch()
    running = subprocess.Popen(
        project.command("--only", check),
        cwd=project.root,
        env={**project.environment, "FIRST": str(first)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with running:
        assert running.stderr is not None
        for line in running.stderr:
            if stage in line:
                break
        time.sleep(0.5)
        running.send_signal(getattr(signal, name))
        started = time.monotonic()
        code = running.wait(BOUND)
        said = running.stderr.read()
    assert (code, said.splitlines()[-1]) == (2, "verify.py: interrupted")
    assert time.monotonic() - started < 10
    project.is_clean()
