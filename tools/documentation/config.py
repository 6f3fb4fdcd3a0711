"""TOML blocks configure a real pytest run; YAML blocks are parsed and the steps they run are run."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from documentation import shell
from documentation.blocks import Problem
from documentation.scratch import scratch

SELECTED = ("-q", "-m", "not integration")
ACTION = re.compile(r"^[\w.-]+/[\w./-]+@[\w.-]+$")
EXPRESSION = re.compile(r"\$\{\{\s*matrix\.(?P<key>[\w-]+)\s*\}\}")


def check_toml(root: Path, block: str, example: str) -> int:
    """Run the example's quick tests under its configuration overlaid by the block; returns 1.

    Raises Problem when the block does not parse, has no pytest table, or the run is not green.
    """
    try:
        overlay = tomllib.loads(block)
    except tomllib.TOMLDecodeError as error:
        raise Problem(f"this TOML does not parse: {error}") from None
    table = _pytest_table(overlay)
    if table is None:
        raise Problem("a TOML block has to configure pytest, so that it can be run")
    with scratch(root, example) as place:
        config = place.folder / "pyproject.toml"
        current = tomllib.loads(config.read_text(encoding="utf-8"))
        config.write_text(_overlaid(current, overlay, table), encoding="utf-8")
        ran = place.pytest(*SELECTED)
    if ran.code != 0:
        raise Problem(f"pytest under this configuration ended with {ran.code}:\n{ran.tail()}")
    return 1


def check_yaml(root: Path, block: str, example: str) -> int:
    """Parse a YAML block and run the ``run:`` steps of its jobs; returns the number of steps held, at least 1.

    Each job is run on its own with the first values of its matrix; jobs that need each other one after the other in
    one folder, with every value, as artifacts would carry their files on.

    Raises Problem when it does not parse, an action is not ``owner/name@ref``, or a step fails.
    """
    try:
        parsed = yaml.safe_load(block)
    except yaml.YAMLError as error:
        raise Problem(f"this YAML does not parse: {' '.join(str(error).split())}") from None
    if not isinstance(parsed, dict):
        raise Problem("a YAML block has to be a mapping")
    jobs: dict[str, Any] = parsed.get("jobs") or {}
    commands = {name: _commands(name, job) for name, job in jobs.items()}
    if any("needs" in job for job in jobs.values()):
        whole = [one for name, job in jobs.items() for one in _of_matrix(commands[name], job)]
        shell.check(root, "\n".join(whole), example)
    else:
        for name, job in jobs.items():
            if commands[name]:
                shell.check(root, "\n".join(_of_matrix(commands[name], job)[: len(commands[name])]), example)
    return max(sum(len(job.get("steps") or []) for job in jobs.values()), 1)


def _commands(name: str, job: dict[str, Any]) -> list[str]:
    """What the steps of a job run."""
    commands = []
    for step in job.get("steps") or []:
        if "run" in step:
            commands.append(step["run"])
        elif not ACTION.match(str(step.get("uses"))):
            raise Problem(f"job {name}: a step needs run: or uses: owner/name@ref")
    return commands


def _of_matrix(commands: list[str], job: dict[str, Any]) -> list[str]:
    """The commands once for each value of the job's matrix, ``${{ matrix.x }}`` replaced by it; one key may vary."""
    matrix = (job.get("strategy") or {}).get("matrix") or {}
    most = max((len(values) for values in matrix.values()), default=1)

    def filled(command: str, number: int) -> str:
        def value(found: re.Match[str]) -> str:
            values = matrix.get(found["key"])
            if not values:
                raise Problem(f"the matrix has no {found['key']!r}")
            return str(values[min(number, len(values) - 1)])

        return EXPRESSION.sub(value, command)

    return [filled(command, number) for number in range(most) for command in commands]


def _pytest_table(tree: dict[str, Any]) -> str | None:
    pytest = tree.get("tool", {}).get("pytest")
    if pytest is None:
        return None
    return "ini_options" if "ini_options" in pytest else "native"


def _overlaid(current: dict[str, Any], overlay: dict[str, Any], table: str) -> str:
    """The example's configuration with the block's keys over it, in the block's kind of pytest table."""
    mine = current.get("tool", {}).pop("pytest", {})
    theirs = overlay["tool"].pop("pytest")
    options = {**mine.get("ini_options", mine), **theirs.get("ini_options", theirs)}
    merged = _merged(current, overlay)
    merged.setdefault("tool", {})["pytest"] = {"ini_options": options} if table == "ini_options" else options
    return "\n".join(_dump(merged, ()))


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merged(merged[key], value) if both else value
    return merged


def _dump(table: dict[str, Any], path: tuple[str, ...]) -> list[str]:
    """Tables and values that JSON and TOML spell alike, as lines of TOML."""
    plain = {key: value for key, value in table.items() if not isinstance(value, dict)}
    lines = [f"[{'.'.join(json.dumps(part) for part in path)}]"] if path and plain else []
    lines += [f"{json.dumps(key)} = {json.dumps(value, ensure_ascii=False)}" for key, value in plain.items()]
    for key, value in table.items():
        if isinstance(value, dict):
            lines += _dump(value, (*path, key))
    return lines
