"""The tests that plan.py --write makes for a project's modules, and what becomes of them; for tools/plan_field.py.

python tools/plan_field_written.py ROOT    writes them into ROOT, a line of JSON a module
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import asdict, dataclass, field
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"
CONFIGURED = ("pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")
LAYERS = ("dao", "service", "router", "dto")
Results = dict[tuple[str, str], tuple[str, str]]


@dataclass
class Written:
    """One module's tests."""

    path: str
    layer: str
    functions: list[str]
    stem: str = ""
    tests: dict[str, str] = field(default_factory=dict)
    """The function or the model that each test is about."""
    problem: str = ""

    def passing(self, results: Results) -> set[str]:
        """The functions with a test that passed."""
        return {
            subject
            for name, subject in self.tests.items()
            if results.get((self.stem, name), ("", ""))[0] == "passed"
        }


def written_for(root: Path) -> list[Written]:
    """Write the tests of every module of a project, in a process of its own."""
    with (root / "plan-field-write.log").open("w", encoding="utf-8") as log:
        try:
            done = subprocess.run(
                [sys.executable, __file__, str(root)],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                timeout=1200,
            )
        except subprocess.TimeoutExpired as expired:
            print(f"  {root.name}: takes too long", file=sys.stderr)
            lines = (expired.stdout or b"").decode().splitlines()[:-1]
            return [Written(**json.loads(line)) for line in lines]
    if done.returncode:
        print(f"  {root.name}: ended with {done.returncode}", file=sys.stderr)
    return [Written(**json.loads(line)) for line in done.stdout.splitlines() if line.startswith("{")]


def one_module(root: str, path: str) -> Written | None:
    """Write one module's tests; None where it is of no layer or has nothing to test."""
    from async_testing.cli.plan_write import require
    from async_testing.facts.workspace import Workspace
    from async_testing.finding import UsageError
    from async_testing.planning import placing, plan
    from async_testing.subjects import modules
    from async_testing.writing import tests_for
    from async_testing.writing.conventions import Conventions
    from async_testing.writing.printing import Printer

    workspace = Workspace(root)
    workspace.current = path
    try:
        source = modules.opened(workspace, path)
    except UsageError:
        return None
    done = plan(source, root)
    if done.layer not in LAYERS or not done.cases:
        return None
    named = [one.name for one in done.functions] + [one.name for one in done.models]
    made = Written(path, done.layer, named)
    known, home = modules.tests(root)
    file = placing.test_file(path, done.layer, (), home, known)
    conventions = Conventions(root, file)
    try:
        require(done, conventions, root)
    except UsageError as error:
        made.problem = str(error)
        return made
    helpers, tests = tests_for(source, done, conventions, set(), exact=False)
    target = Path(root) / file
    while target.exists():
        target = target.with_name(f"{target.stem}_more.py")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(Printer(conventions).file(f"Tests for {path}.", helpers, tests), encoding="utf-8")
    made.stem = target.stem
    made.tests = {one.name: one.subject for one in tests}
    return made


def results_of(root: Path, python: str, variables: dict[str, str], more: list[str]) -> Results:
    """Run the tests; returns each one's outcome and its message, by the stem of its file and its name."""
    sys.path.insert(0, str(SCRIPTS))
    from async_testing.project import detect

    report = root / "plan-field.xml"
    texts = [(root / name).read_text() for name in CONFIGURED if (root / name).is_file()]
    if not any(re.search(r"(?m)^\[(tool[.:])?pytest\b", text) for text in texts):
        (root / "pytest.ini").write_text("[pytest]\n")
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--continue-on-collection-errors"]
    for option in ("addopts=", "filterwarnings=", f"pythonpath=. {detect(root).import_root}"):
        command += ["-o", option]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))}
    with (root / "plan-field.log").open("w", encoding="utf-8") as log:
        try:
            subprocess.run(
                [*command, f"--junit-xml={report}", *more, "tests"],
                cwd=root,
                env=clean | variables,
                stdout=log,
                stderr=log,
                timeout=900,
            )
        except subprocess.TimeoutExpired:
            print(f"  {root.name}: its tests take too long", file=sys.stderr)
    return read(report) if report.is_file() else {}


def without_imports(root: Path, python: str, variables: dict[str, str], stem: str) -> bool:
    """Whether what a test file imports of the project cannot be imported in this environment, with no test around."""
    sys.path.insert(0, str(SCRIPTS))
    from async_testing.project import detect

    path = next(iter(root.glob(f"tests/**/{stem}.py")), None)
    if path is None:
        return False
    imports = [
        node for node in ast.parse(path.read_text()).body if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    roots = [str(root), str(root / detect(root).import_root)]
    code = "\n".join(ast.unparse(one) for one in imports if getattr(one, "module", "") != "__future__")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))}
    clean |= variables | {"PYTHONPATH": os.pathsep.join(roots)}
    try:
        done = subprocess.run([python, "-c", code], cwd=root, env=clean, capture_output=True, timeout=120)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def read(report: Path) -> Results:
    """What a JUnit report says; a test with parameters passed where all of them did."""
    found: Results = {}
    for case in ElementTree.parse(report).iter("testcase"):
        key = (case.get("classname", "").rpartition(".")[2], case.get("name", "").partition("[")[0])
        wrong = next((each for each in case if each.tag in ("failure", "error", "skipped")), None)
        state = ("passed", "") if wrong is None else (wrong.tag, wrong.get("message") or "")
        found[key] = state if found.get(key, ("passed",))[0] == "passed" else found[key]
    return found


def main() -> int:
    """Write the tests of every module under the given root."""
    sys.path.insert(0, str(SCRIPTS))
    sys.setrecursionlimit(6000)
    from async_testing.subjects import modules

    root = sys.argv[1]
    for path in sorted(modules.find(root)):
        made = one_module(root, path)
        if made:
            print(json.dumps(asdict(made)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
