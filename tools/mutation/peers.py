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
    before = used()
    count = _TOOLS[name](programs, root, module)
    seconds = used() - before
    return Measured(
        count, seconds, "" if count else f"judged nothing in {seconds:.0f} s of the processor's time"
    )


def _run(command: list[str], root: Path) -> str:
    """What a command prints, up to when it is stopped."""
    try:
        done = subprocess.run(
            command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired as error:
        return (error.stdout or b"").decode(errors="replace")
    return done.stdout.decode(errors="replace")


def _cosmic_ray(programs: Path, root: Path, module: str) -> int:
    config = root / "cosmic.toml"
    test = f"{programs / 'python'} -m pytest -x -q -p no:cacheprovider"
    config.write_text(
        f'[cosmic-ray]\nmodule-path = "{module}"\ntimeout = 60.0\nexcluded-modules = []\n'
        f'test-command = "{test}"\n[cosmic-ray.distributor]\nname = "local"\n'
    )
    program = str(programs / "cosmic-ray")
    _run([program, "init", config.name, "session.sqlite"], root)
    _run([program, "exec", config.name, "session.sqlite"], root)
    dump = _run([program, "dump", "session.sqlite"], root)
    subprocess.run(["git", "checkout", "-q", module], cwd=root, capture_output=True)
    results = [json.loads(line)[1] for line in dump.splitlines() if line.startswith("[")]
    return sum(result is not None and result.get("test_outcome") is not None for result in results)


def _gremlins(programs: Path, root: Path, module: str) -> int:
    options = [
        "--gremlins",
        f"--gremlin-targets={module}",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
    ]
    said = _run([str(programs / "python"), "-m", "pytest", *options], root)
    found = [int(number) for number in re.findall(r"(?:Zapped|Survived|Timeout|Error)\w*:?\s+(\d+)", said)]
    return sum(found)


def _mutmut(programs: Path, root: Path, module: str) -> int:
    (root / "setup.cfg").write_text(
        f"[mutmut]\nsource_paths={module.partition('/')[0]}\nonly_mutate={module}\n"
        "also_copy=\n    conftest.py\n    schema.sql\n"
    )
    _run([str(programs / "mutmut"), "run", "--max-children", "1"], root)
    said = _run([str(programs / "mutmut"), "results", "--all", "true"], root)
    return len(re.findall(r": (?:killed|survived|timeout|suspicious)", said))


_TOOLS: dict[str, Callable[[Path, Path, str], int]] = {
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
