"""Suites that do not like forks, other orders or other folders; and what a mutant leaves behind."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import pytest
from async_testing.verifying.noticing import Options, judge

from tests.verify.planting import bug, clean_of, snapshot, target_of, verdicts, write

APP = """\
def double(number):
    return number * 2
"""
BOTH = [("number * 2", "number * 3"), ("number * 2", "2 * number")]


@pytest.fixture(autouse=True)
def only_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def both(folder: Path, conftest: str, tests: str) -> dict[str, tuple[str, str]]:
    """Verdict and kind of a bug that the test notices and of one that nobody can."""
    root = write(folder, {"app.py": APP, "conftest.py": conftest, "test_app.py": tests})
    found = verdicts(root, [bug(root, "app.py", *each) for each in BOTH])
    return {after: (one.verdict, one.kind) for after, one in found.items()}


def test_a_test_that_fails_in_a_fork_is_run_in_a_process_of_its_own(tmp_path: Path) -> None:
    tests = """\
    import os
    from app import double
    PID = os.getpid()

    def test_double():
        assert double(2) == 4
        assert os.getpid() == PID
    """
    assert both(tmp_path, "", tests) == {"number * 3": ("killed", "file"), "2 * number": ("survived", "file")}


def test_threads_of_the_collection_forbid_forks(tmp_path: Path) -> None:
    conftest = """\
    import threading
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    """
    tests = "from app import double\n\ndef test_double():\n    assert double(2) == 4\n"
    assert both(tmp_path, conftest, tests) == {
        "number * 3": ("killed", "file"),
        "2 * number": ("survived", "file"),
    }


def test_a_test_that_needs_another_before_it_notices_nothing_by_that(tmp_path: Path) -> None:
    tests = """\
    import time
    from app import double
    SEEN = []

    def test_first():
        time.sleep(0.2)
        SEEN.append(double(1))

    def test_second():
        double(1)
        assert SEEN
    """
    assert both(tmp_path, "", tests) == {
        "number * 3": ("survived", "file"),
        "2 * number": ("survived", "file"),
    }


def test_a_module_that_plugins_have_imported_is_judged_in_a_process_of_its_own(tmp_path: Path) -> None:
    files = {
        "pytest.ini": "[pytest]\npythonpath = .\naddopts = -p app\n",
        "app.py": "LIMIT = 2\n",
        "test_app.py": "import app\n\ndef test_limit():\n    assert app.LIMIT == 2\n",
    }
    root = write(tmp_path, files)
    (found,) = verdicts(root, [bug(root, "app.py", "= 2", "= 3")]).values()
    assert (found.verdict, found.kind) == ("killed", "file")


@pytest.mark.parametrize("spawn", [False, True])
def test_a_conftest_that_cannot_be_imported_notices(tmp_path: Path, spawn: bool) -> None:
    root = write(
        tmp_path, {"app.py": APP, "conftest.py": "import app\n", "test_app.py": "def test_it():\n    pass\n"}
    )
    (found,) = verdicts(
        root, [bug(root, "app.py", "(number)", "(number: nonsense)")], force_spawn=spawn
    ).values()
    assert (found.verdict, found.by) == ("killed", "")
    assert "nonsense" in found.reason


def test_a_file_that_is_no_python_is_changed_in_a_copy(tmp_path: Path) -> None:
    files = {
        "app.py": """\
        from pathlib import Path

        def query():
            return Path(__file__).with_name("q.sql").read_text()
        """,
        "q.sql": "SELECT a, b FROM t\n",
        "test_app.py": "from app import query\n\ndef test_query():\n    assert query().startswith('SELECT a')\n",
    }
    root = write(tmp_path / "project", files)
    before = snapshot(root)
    found = verdicts(root, [bug(root, "q.sql", "a, b", "b, a"), bug(root, "q.sql", "FROM t", "FROM u")])
    assert {after: (one.verdict, one.kind) for after, one in found.items()} == {
        "b, a": ("killed", "file"),
        "FROM u": ("survived", "file"),
    }
    assert snapshot(root) == before


def test_what_is_not_reached_in_time_is_left_out(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {"app.py": APP, "test_app.py": "from app import double\n\ndef test_double():\n    double(2)\n"},
    )
    planted = [bug(root, "app.py", *each) for each in BOTH]
    target = target_of(root)
    options = Options(deadline=time.monotonic())
    assert [*judge(target, clean_of(target, planted), planted, options)] == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who has left its session")
@pytest.mark.parametrize("stopped", [False, True], ids=["at the end", "when it is interrupted"])
def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped: bool) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    app = """\
    import subprocess
    import time

    def started(pids):
        return 1

    def waits():
        return 2
    """
    tests = f"""\
    from app import started, waits

    def test_started(tmp_path):
        (tmp_path / "file").touch()
        started({str(tmp_path / "pids")!r})

    def test_waits():
        waits()
    """
    root = write(tmp_path / "project", {"app.py": app, "test_app.py": tests})
    start = "open(pids, 'a').write(f\"{subprocess.Popen(['sleep', '600'], start_new_session=True).pid} \")"
    planted = [
        bug(root, "app.py", "return 1", f"return {start}"),
        bug(root, "app.py", "return 2", "return time.sleep(3600)"),
    ]
    target = target_of(root)
    judging = judge(target, clean_of(target, planted), planted, Options(slack=0.5))
    found = [next(judging)] if stopped else [*judging]
    assert [one.verdict for one in found] == (["survived"] if stopped else ["survived", "timeout"])
    judging.close()  # type: ignore[attr-defined]
    assert [*scratch.iterdir()] == []
    for pid in (tmp_path / "pids").read_text().split():
        assert not _is_running(int(pid)), pid


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] not in (b"Z", b"X")


@pytest.mark.parametrize("collected", ["", "import app\n"], ids=["first in a fixture", "with the tests"])
def test_what_runs_while_a_fixture_imports_is_for_all_tests_to_notice(tmp_path: Path, collected: str) -> None:
    """Only the first test sees it run, and another one what has come of it."""
    tests = """\
    import pytest
    COLLECTED

    @pytest.fixture
    def table():
        import table
        return table

    def test_first(table):
        assert table

    def test_second(table):
        assert table.TABLE == [4]
    """.replace("COLLECTED", collected)
    files = {
        "app.py": APP,
        "table.py": "from app import double\n\nTABLE = [double(2)]\n",
        "test_app.py": tests,
    }
    root = write(tmp_path, files)
    found = verdicts(root, [bug(root, "app.py", *each) for each in BOTH], confirm=0.0)
    assert {after: one.verdict for after, one in found.items()} == {
        "number * 3": "killed",
        "2 * number": "survived",
    }
