"""Whether a real server takes the statements that the fast tests sent, and can answer what the fakes were told to.

The record is read here; the statements are looked at by ``worker``, which the interpreter of the user's project runs,
since only that has the drivers. Nothing of the project is imported, and nothing of the server but a database of its
own is touched.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from async_testing.finding import UsageError
from async_testing.replaying.record import distinct, read

SECONDS = 600
"""How long a replay may take."""
TOLD = 50_000_000
"""Characters that the worker may say."""


class Judged(NamedTuple):
    """A problem of one statement."""

    kind: str
    """``rejected``, ``parameters``, ``rows`` or ``unassessed``."""
    message: str
    position: int | None
    driver: str
    statement: str
    test: str
    path: str
    line: int


class Replayed(NamedTuple):
    """What became of a record."""

    servers: tuple[str, ...]
    """The servers that were asked, with their versions."""
    interpreter: str
    statements: int
    """How many distinct statements there were."""
    problems: tuple[Judged, ...]

    @property
    def failed(self) -> list[Judged]:
        """The problems that are known to be some."""
        return [one for one in self.problems if one.kind != "unassessed"]

    @property
    def unassessed(self) -> list[Judged]:
        """What could not be judged."""
        return [one for one in self.problems if one.kind == "unassessed"]


def replay(record: Path, schemas: Sequence[Path], dsn: str, python: str) -> Replayed:
    """Have a real server look at every distinct statement of a record.

    Args:
        record: the file that the fakes wrote.
        schemas: files with the statements that make the tables, in order.
        dsn: of a server on which a database may be made; empty: one is started.
        python: the interpreter that has the project's drivers.

    Raises:
        UsageError: a file cannot be read, there is no server, or the drivers are missing.
    """
    text = _text(record)
    count = len(distinct(read(record.name, text)))
    job = {
        "name": record.name,
        "text": text,
        "dsn": dsn,
        "schemas": [(one.name, _text(one)) for one in schemas],
    }
    told = _worked(python, json.dumps(job))
    servers: list[str] = []
    problems: list[Judged] = []
    done = 0
    for line in told:
        if "refused" in line:
            raise UsageError(line["refused"])
        if "server" in line:
            servers.append(f"{line['server']}, {'started for this' if line['started'] else 'of the --dsn'}")
        else:
            done += 1
            problems += _problems(line)
    if done != count:
        raise UsageError(f"the replay ended after {done} of {count} statements: please report it")
    return Replayed(tuple(servers), python, count, tuple(problems))


def _problems(line: dict[str, Any]) -> list[Judged]:
    about = [line["sent"][name] for name in ("driver", "statement", "test", "path", "line")]
    return [Judged(*problem, *about) for problem in line["problems"]]


def _worked(python: str, job: str) -> list[dict[str, Any]]:
    scripts = str(Path(__file__).resolve().parent.parent.parent)
    run = "from async_testing.replaying.worker import main; sys.exit(main())"
    words = [python, "-c", f"import sys; sys.path.insert(0, {scripts!r}); {run}"]
    try:
        done = subprocess.run(
            words,
            input=job,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"},
            encoding="utf-8",
            errors="replace",
        )
    except subprocess.TimeoutExpired:
        raise UsageError(f"the server has not answered within {SECONDS} seconds: look at the --dsn") from None
    except OSError as error:
        raise UsageError(f"{python} cannot be run ({error.strerror}): give another --python") from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        raise UsageError(f"the replay failed under {python} ({said[-1][:300]})")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder where a file is expected") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror})") from None
