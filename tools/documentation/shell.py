"""Shell blocks: every line is run in a copy of an example, or held against what it calls."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from documentation.blocks import Problem
from documentation.scratch import scratch

OURS = re.compile(r"(?:^|/)(?:scripts|tools)/(?P<name>\w+)\.py$")
PYTHONS = ("python", "python3", "py")
INSTALLERS = (("pip", "install"), ("uv", "pip", "install"), ("uv", "add"), ("python", "-m", "pip", "install"))
NETWORK = (("npx", "skills", "add"), ("git", "clone"))
ANCHOR = re.compile(r'^(?:export )?SKILL_DIR="[^"]+";?\s*(?P<rest>.*)$')
NOTHING_MEASURED = re.compile(r"No data was collected|Module \S+ was never imported")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a shell block: the words it calls, and what is left of it to execute."""

    text: str
    words: tuple[str, ...]
    executed: str


def lines_of(block: str) -> list[Line]:
    """The commands of a shell block, continuation lines joined, comments and blank lines left out.

    Raises Problem for a line that no shell could split into words.
    """
    joined = block.replace("\\\n", " ")
    found = []
    for text in (line.strip().removeprefix("$ ") for line in joined.splitlines()):
        if not text or text.startswith("#"):
            continue
        anchor = ANCHOR.match(text)
        command = anchor["rest"] if anchor else text
        try:
            words = tuple(shlex.split(command, comments=True))
        except ValueError as error:
            raise Problem(f"{text!r} is no shell command: {error}") from None
        if words:
            found.append(Line(text, words, command))
    return found


def check(root: Path, block: str, example: str) -> int:
    """Hold every line of a shell block; returns how many there were. Raises Problem at the first that fails."""
    lines = lines_of(block)
    if not lines:
        raise Problem("a shell block without a command")
    executed = [line.executed for line in lines if not _held_by_reading(root, line.words)]
    if executed:
        with scratch(root, example) as place:
            ran = place.shell("\n".join(executed))
        unmeasured = NOTHING_MEASURED.search(ran.output)
        if ran.code != 0 or unmeasured:
            raise Problem(f"the commands ended with {ran.code}:\n{ran.tail()}")
    return len(lines)


def _held_by_reading(root: Path, words: tuple[str, ...]) -> bool:
    """True for a line that is not run because reading it is the check; raises Problem when it is wrong."""
    if words[0] == "make":
        _held_by_makefile(root, words[1:])
        return True
    for installer in INSTALLERS:
        if words[: len(installer)] == installer:
            _held_by_lock(root, words[len(installer) :])
            return True
    if any(words[: len(command)] == command for command in NETWORK):
        return True
    program = next((word for word in words[:4] if OURS.search(word)), None)
    if program and (words[0] in PYTHONS or words[:2] == ("uv", "run")):
        arguments = words[words.index(program) + 1 :]
        _held_by_help(root, OURS.search(program), arguments)
        return words[0] not in PYTHONS or "tools/" in program
    return False


def _held_by_makefile(root: Path, targets: tuple[str, ...]) -> None:
    makefile = root / "Makefile"
    text = makefile.read_text(encoding="utf-8") if makefile.is_file() else ""
    for target in targets:
        if "=" not in target and not re.search(rf"^{re.escape(target)}:", text, re.MULTILINE):
            raise Problem(f"the Makefile has no target {target!r}")


def _held_by_lock(root: Path, packages: tuple[str, ...]) -> None:
    lock = root / "requirements.lock"
    text = lock.read_text(encoding="utf-8").lower() if lock.is_file() else ""
    after_option = False
    for package in packages:
        if package.startswith("-") or after_option:
            after_option = package in ("-r", "--requirement", "-e", "--editable")
            continue
        try:
            name = canonicalize_name(Requirement(package).name)
        except InvalidRequirement:
            raise Problem(f"{package!r} is no requirement") from None
        if not re.search(rf"^{re.escape(name)}(\[.*\])?==", text, re.MULTILINE):
            raise Problem(f"{name} is not in requirements.lock, so nothing was tried with it")


def _held_by_help(root: Path, program: re.Match[str] | None, arguments: tuple[str, ...]) -> None:
    assert program is not None
    folder = "tools" if "tools/" in program.string else "scripts"
    path = root / folder / f"{program['name']}.py"
    if not path.is_file():
        raise Problem(f"{folder}/{path.name} does not exist")
    said = help_of(path)
    for flag in (word.partition("=")[0] for word in arguments if word.startswith("--")):
        if not re.search(rf"(?<![\w-]){re.escape(flag)}(?![\w-])", said):
            raise Problem(f"{folder}/{path.name} --help does not know {flag}")


@cache
def help_of(path: Path) -> str:
    """What a script of this bundle says with --help. Raises Problem when it fails."""
    done = subprocess.run(
        [sys.executable, str(path), "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode != 0:
        raise Problem(f"{path.name} --help ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    return done.stdout
