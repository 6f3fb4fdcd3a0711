"""Other tools that plant bugs, run on one module of an example with the example's tests."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from mutation.processor import used

PATIENCE = 150.0
"""Seconds by the clock after which a tool is stopped; it counts what it has judged by then."""


class Measured(NamedTuple):
    """What a tool has done."""

    judged: int
    seconds: float
    why: str = ""
    """Why there is nothing to compare with."""


def measured(name: str, folder: Path, root: Path, module: str) -> Measured:
    """Run a tool.

    Args:
        name: one of NAMES.
        folder: has an environment for each tool, of its name.
        root: a copy of the example, which may be written to.
        module: the file to plant bugs in.
    """
    programs = folder / name / "bin"
    if not (programs / "python").exists():
        return Measured(
            0, 0.0, f"not there: python -m venv {folder / name}, install {PACKAGES[name]} and the example"
        )
    plain, _ = _run([str(programs / "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider"], root)
    if not re.search(r"^\d+ passed", plain, re.MULTILINE):
        last = (plain.strip().splitlines() or ["nothing"])[-1]
        return Measured(0, 0.0, f"the tests do not pass in {folder / name}: {last[:90]}")
    before = used()
    try:
        count, said = _TOOLS[name](programs, root, module)
    except FileNotFoundError as error:
        return Measured(0, 0.0, f"not complete: {error.filename} is missing, install {PACKAGES[name]} there")
    seconds = used() - before
    last = next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "nothing")
    return Measured(count, seconds, "" if count else f"judged nothing; it says: {last[:90]}")


def _run(command: list[str], root: Path) -> tuple[str, bool]:
    """What a command prints, up to when it is stopped; whether it came to its end."""
    try:
        done = subprocess.run(
            command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired as error:
        return (error.stdout or b"").decode(errors="replace"), False
    return done.stdout.decode(errors="replace"), True


def _cosmic_ray(programs: Path, root: Path, module: str) -> tuple[int, str]:
    config = root / "cosmic.toml"
    test = f"{programs / 'python'} -m pytest -x -q -p no:cacheprovider"
    config.write_text(
        f'[cosmic-ray]\nmodule-path = "{module}"\ntimeout = 60.0\nexcluded-modules = []\n'
        f'test-command = "{test}"\n[cosmic-ray.distributor]\nname = "local"\n'
    )
    program = str(programs / "cosmic-ray")
    original = (root / module).read_bytes()
    _run([program, "init", config.name, "session.sqlite"], root)
    said, _ = _run([program, "exec", config.name, "session.sqlite"], root)
    (root / module).write_bytes(original)
    dump, _ = _run([program, "dump", "session.sqlite"], root)
    results = [json.loads(line)[1] for line in dump.splitlines() if line.startswith("[")]
    return sum(result is not None and result.get("test_outcome") is not None for result in results), said


def _gremlins(programs: Path, root: Path, module: str) -> tuple[int, str]:
    command = [str(programs / "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
    options = ["-W", "default::UserWarning", "--gremlins", f"--gremlin-targets={module}"]
    said, is_done = _run([*command, *options], root)
    begun = max(map(int, re.findall(r"Gremlin (\d+)/", said)), default=0)
    return max(0, begun if is_done else begun - 1), said


def _mutmut(programs: Path, root: Path, module: str) -> tuple[int, str]:
    (root / "setup.cfg").write_text(
        f"[mutmut]\nsource_paths={module.partition('/')[0]}\nonly_mutate={module}\n"
        "also_copy=\n    conftest.py\n    schema.sql\n"
    )
    said, _ = _run([str(programs / "mutmut"), "run", "--max-children", "1"], root)
    results, _ = _run([str(programs / "mutmut"), "results", "--all", "true"], root)
    return len(re.findall(r": (?:killed|survived|timeout|suspicious)", results)), said


_TOOLS: dict[str, Callable[[Path, Path, str], tuple[int, str]]] = {
    "mutmut": _mutmut,
    "cosmic-ray": _cosmic_ray,
    "pytest-gremlins": _gremlins,
}
NAMES = tuple(_TOOLS)
PACKAGES = {
    "mutmut": "mutmut==3.8.*",
    "cosmic-ray": "cosmic-ray==8.7.*",
    "pytest-gremlins": "pytest-gremlins==1.12.*",
}
