"""How many bugs the published skill's own tests notice on the example application.

    python tools/bench_published.py [--seed FOLDER] [--jobs 2] [--output FILE.json]

The skill that this project began with is read from ``../shared/seed`` when this runs; none of its text is kept here.
Its fakes and tests go into a copy of ``examples/users`` in which only names, and the text of an expected message, are
made to fit; the tests that fail there without any bug are counted and left out. Then the bugs that ``verify.py`` plants
in the modules that those tests are about are judged by the rest, and by the example's own tests on fakes. A bug that
no passing test runs says that the tests do not fit the example, not that they are weak: those are counted apart.
Exit 0: judged. Exit 2: the folder is missing, or nothing in it could be run.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from generated import REPOSITORY, Failure, Row, bare, look, percent, plant

SEED = REPOSITORY.parent / "shared" / "seed"
MODULES = (
    "src/domain/dal/dao/user.py",
    "src/domain/dal/connection.py",
    "src/domain/service/user.py",
    "src/api/path/users.py",
    "src/domain/dto/user.py",
)
RENAMED = {
    "RustPSQLDriverPyBaseError": "Error",
    "tests.fakes": "tests.published_fakes",
}
# What a test asks of the detail of an error is the wording of another application: here is this one's.
DETAIL = (r"(['\"])[^'\"\n]*\1(?= in [\w.]+\.detail\b)", '"Could not fetch"')
HEADER = """import pytest
from psqlpy.exceptions import Error

from src.domain.dal.dao.exception import DAOException
from src.domain.dal.dao.user import UserDAO
from src.domain.dto.user import UserDTO
from src.domain.service.user import UserService
from tests.published_fakes import *
"""


def blocks(text: str) -> list[str]:
    """The Python blocks of a Markdown text that can be parsed."""
    found = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [one for one in found if parses(one)]


def parses(text: str) -> bool:
    """Whether a text is Python."""
    try:
        compile(text, "<published>", "exec")
    except SyntaxError:
        return False
    return True


def put(project: Path, found: Sequence[str]) -> list[str]:
    """Write the published fakes and tests into a project; returns the files that cannot be imported, which are removed.

    Raises:
        Failure: there are none.
    """
    texts = []
    for one in found:
        for before, after in RENAMED.items():
            one = re.sub(rf"(?<![\w.]){re.escape(before)}\b", after, one)
        texts.append(re.sub(*DETAIL, one))
    fakes = [one for one in texts if re.search(r"^class Fake", one, re.MULTILINE)]
    tests = [
        one
        for one in texts
        if re.search(r"^(?:async )?def test_", one, re.MULTILINE) and "pytest.fixture" not in one
    ]
    if not fakes or not tests:
        raise Failure("no fakes and tests were found in the published skill")
    folder = project / "tests"
    (folder / "published_fakes.py").write_text("\n\n".join(fakes))
    lost = []
    for place, one in enumerate(tests):
        path = folder / f"test_published_{place}.py"
        path.write_text(f"{HEADER}\n{one}")
        command = [sys.executable, "-c", f"import tests.{path.stem}"]
        if subprocess.run(command, cwd=project, capture_output=True).returncode:
            path.unlink()
            lost.append(path.name)
    return lost


def judged(project: Path, jobs: int) -> Row:
    """Run the published tests, then judge the bugs."""
    row = Row("users")
    look(project, row)
    if not row.passed:
        raise Failure("none of the published tests passes on the example")
    plant(project, [one for one in MODULES if (project / one).is_file()], row, jobs)
    return row


def own(target: Path, jobs: int) -> Row:
    """Judge the same bugs by the example's own tests, those on fakes."""
    project = target / "own"
    left = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copytree(REPOSITORY / "examples" / "users", project, ignore=left)
    row = Row("users")
    plant(project, MODULES, row, jobs, ("-m", "not integration"))
    return row


def not_run(row: Row, kind: str = "") -> int:
    """How many of the bugs, or of those whose operator begins so, no test runs."""
    return sum(bool(re.search(rf":\d+ {kind}\S* \(untested\):", one)) for one in row.survivors)


def told(row: Row, ours: Row) -> str:
    """The figures in words."""
    cases, unrun = row.passed + len(row.failed), not_run(row)
    return "\n".join(
        (
            f"the published skill's tests on examples/users: {row.passed} of {cases} pass without a bug; those notice"
            f" {percent(row.noticed, row.judged)} bugs, in the SQL {percent(row.sql_noticed, row.sql_judged)}",
            f"{unrun} of the bugs lie where none of those tests goes; of the {row.judged - unrun} that they run, they"
            f" notice {row.noticed}; in the SQL {row.sql_noticed} of {row.sql_judged - not_run(row, 'sql')}",
            f"the example's own tests, on the fakes alone: {percent(ours.noticed, ours.judged)} bugs, in the SQL"
            f" {percent(ours.sql_noticed, ours.sql_judged)}",
        )
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=form)
    parser.add_argument("--seed", type=Path, default=SEED, help="the folder of the published skill")
    parser.add_argument("--jobs", type=int, default=2, help="bugs judged at the same time")
    parser.add_argument("--output", type=Path, metavar="FILE.json", help="every bug that was not noticed")
    options = parser.parse_args(arguments)
    body = options.seed / "indented.md"
    if not body.is_file():
        print(f"bench_published: {body} is missing: give the published skill with --seed", file=sys.stderr)
        return 2
    try:
        with tempfile.TemporaryDirectory(prefix="published-") as scratch:
            project = bare("users", Path(scratch))
            lost = put(project, blocks(body.read_text(encoding="utf-8")))
            row = judged(project, options.jobs)
            row.failed += lost
            ours = own(Path(scratch), options.jobs)
    except Failure as failure:
        print(f"bench_published: {failure}", file=sys.stderr)
        return 2
    print(told(row, ours))
    if options.output:
        options.output.write_text(json.dumps(vars(row), indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
