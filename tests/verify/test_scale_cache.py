"""What was found is used again exactly while nothing that it depends on has changed."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest
from async_testing import userfolder
from async_testing.verifying import model
from async_testing.verifying import state as state_module
from async_testing.verifying.cache import Cache
from async_testing.verifying.model import Judged, Outcome
from async_testing.verifying.state import state_of

from tests.verify.caching import FILES, NAMES, QUESTION, TESTS, Project
from tests.verify.made import judged, report


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr(state_module, "sources_digest", lambda: "this version")
    monkeypatch.setattr(state_module, "_interpreter", lambda path: "its packages")
    made = Project(tmp_path / "shop", tmp_path / "cache")
    for path, text in FILES.items():
        made.write(path, text)
    return made


def by(number: int, name: str) -> Judged:
    return judged(number, by=f"tests/test_dao.py::{name}")


@pytest.fixture
def stored(project: Project) -> Project:
    """Mutant N noticed by test N; 4 survived, 5 equivalent, 6 not judged."""
    noticed = [by(number, name) for number, name in enumerate(NAMES)]
    project.store(*noticed, judged(4, "survived"), judged(5, "equivalent"), judged(6, "unassessed"))
    return project


def test_an_unchanged_project_is_answered_from_the_cache(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    whole = project.store(judged(1))
    started = time.perf_counter()
    assert project.cache.report(project.state, QUESTION) == whole
    assert time.perf_counter() - started < 0.5
    assert project.cache.report(project.state, ("src/dao.py", "repeat 5")) is None


def test_several_questions_have_an_answer_each(project: Project) -> None:
    for number in range(12):
        project.store(judged(number), question=[str(number)])
    kept = [number for number in range(12) if project.cache.report(project.state, [str(number)])]
    assert kept == list(range(4, 12))


def test_what_was_not_judged_is_asked_again(project: Project) -> None:
    project.store(judged(1), judged(2, "unassessed"), outcomes=(Outcome("noticed", "unassessed", "..."),))
    assert project.cache.report(project.state, QUESTION) is None
    assert project.known() == [1]


def test_a_run_goes_on_where_the_last_one_ended(project: Project) -> None:
    project.store(judged(1), judged(2, "unassessed"))
    project.store(judged(2), judged(3))
    assert project.known() == [1, 2, 3]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/dao.py", "LIMIT = 4\n"),
        ("src/new.py", ""),
        ("src/queries/find.sql", "SELECT 1\n"),
        ("tests/conftest.py", "import pytest  # other\n"),
        ("tests/data/rows.json", "[]\n"),
        ("tests/test_helper.py", "import tests.test_other\n"),
        ("pyproject.toml", "[project]\nname = 'other'\n"),
        (".env", "DSN=\n"),
    ],
)
def test_what_the_tests_stand_on_changes_everything(stored: Project, path: str, text: str) -> None:
    stored.write(path, text)
    assert stored.known() == []
    assert stored.cache.report(stored.state, QUESTION) is None


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        ".git/index.py",
        ".venv/lib/site.py",
        "node_modules/a.json",
        "src/__pycache__/a.py",
        "tests/test_b.py",
    ],
)
def test_what_does_not_matter(stored: Project, path: str) -> None:
    before = stored.state.everything
    stored.write(path, "text\n")
    assert stored.state.everything == before
    assert stored.known() == [0, 1, 2, 3, 4, 5]


def test_other_tests_that_are_run_matter(project: Project) -> None:
    project.arguments = ("tests",)
    before = project.state.everything
    project.replace("tests/test_other.py", "True", "1")
    assert project.state.everything != before


def test_a_test_that_is_added_only_concerns_what_was_not_noticed(stored: Project) -> None:
    stored.replace("tests/test_dao.py", "def test_1", "def test_new():\n    assert find(9)\n\n\ndef test_1")
    assert stored.known() == [0, 1, 2, 3, 5]
    assert stored.cache.report(stored.state, QUESTION) is None


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        ("find(1) == 1", "find(1)", [1, 2, 3, 5]),
        ("def test_1()", "@mark\ndef test_1()", [0, 2, 3, 5]),
        ("assert find(4) == 4", "pass", [0, 1, 2, 5]),
        ("    of = 3", "    of = 4", [0, 1, 5]),
        ("LIMIT = 2", "LIMIT = 3", [5]),
        ("import find", "import find, LIMIT", [5]),
        ("class TestFind:", "class TestFind(Base):", [5]),
        ("\n\n\n", "\n", [0, 1, 2, 3, 4, 5]),
    ],
)
def test_a_changed_test_is_asked_again_for_what_it_noticed(
    stored: Project, old: str, new: str, left: list[int]
) -> None:
    stored.replace("tests/test_dao.py", old, new)
    assert stored.known() == left


def test_a_test_that_others_speak_of_is_what_they_stand_on(project: Project) -> None:
    project.replace("tests/test_dao.py", "    assert find(2) == LIMIT", "    test_0()")
    project.store(*[by(number, name) for number, name in enumerate(NAMES)])
    project.replace("tests/test_dao.py", "find(1) == 1", "find(1)")
    assert project.known() == []


def test_a_base_class_is_what_its_heirs_stand_on(project: Project) -> None:
    project.replace("tests/test_dao.py", "class TestFind:", "class TestFind(Base):")
    project.store(by(3, "TestFind::test_3"))
    project.replace("tests/test_dao.py", "find(4) == 4", "find(4)")
    assert project.known() == []


def test_a_test_that_is_gone_notices_nothing(stored: Project) -> None:
    assert stored.known(TESTS[:1] + TESTS[2:]) == [0, 2, 3, 5]


def test_a_test_that_ends_otherwise_is_another_one(stored: Project) -> None:
    skipped = TESTS[1]._replace(outcome="skipped")
    assert stored.known([TESTS[0], skipped, *TESTS[2:]]) == [0, 2, 3, 5]


def test_positions_of_tests_are_those_of_the_new_run(project: Project) -> None:
    project.store(judged(1, by=TESTS[2].name, covering=(0, 2, 3)))
    (one,) = project.cache.known(project.state, [TESTS[3], TESTS[2]]).values()
    assert one.covering == (0, 1)


def test_parameters_belong_to_their_test(project: Project) -> None:
    tests = (model.Test("tests/test_dao.py::test_0[a::b]", "passed", 0.1),)
    project.store(by(1, "test_0[a::b]"), tests=tests)
    project.replace("tests/test_dao.py", "LIMIT\n", "2\n")
    assert project.known(tests) == [1]
    project.replace("tests/test_dao.py", "find(1) == 1", "find(1)")
    assert project.known(tests) == []


def test_a_file_that_does_not_parse_counts_as_a_whole(project: Project) -> None:
    project.write("tests/test_dao.py", "def test_0(:\n")
    project.store(by(0, "test_0"))
    assert project.known() == [0]
    project.write("tests/test_dao.py", "def test_0(:\n\n")
    assert project.known() == []


def test_other_packages_arguments_and_versions(stored: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    before = stored.state.ground
    monkeypatch.setenv("PYTEST_ADDOPTS", "-x")
    assert stored.state.ground != before
    monkeypatch.delenv("PYTEST_ADDOPTS")
    with monkeypatch.context() as patched:
        patched.setattr(state_module, "_interpreter", lambda path: "another")
        assert stored.state.ground != before
    monkeypatch.setattr(state_module, "sources_digest", lambda: "another")
    assert stored.state.ground != before
    monkeypatch.setattr(state_module, "sources_digest", lambda: "this version")
    assert stored.state.ground == before
    stored.arguments = ("tests/test_dao.py", "-k", "find")
    assert stored.state.ground != before
    assert stored.known() == []


def test_a_report_of_ours_in_the_project_does_not_matter(project: Project) -> None:
    file = project.root / "verify.json"
    before = project.state.everything
    file.write_text("{}")
    assert project.state.everything != before
    seen = state_of(project.root, sys.executable, project.arguments, ignored=[file])
    assert seen is not None
    assert seen.everything == before


def test_times_outlive_changes(stored: Project) -> None:
    stored.write("src/dao.py", "")
    assert stored.cache.seconds() == dict.fromkeys([f"{number:012x}" for number in range(6)], 0.01)


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"of": 1}', b"\0" * 100, b"[" * 100_000])
@pytest.mark.parametrize("marked", [True, False])
def test_a_damaged_or_foreign_cache_is_none(stored: Project, content: bytes, *, marked: bool) -> None:
    head = userfolder.MARK + userfolder.digest(content).encode() + b"\n" if marked else b""
    for file in stored.folder.iterdir():
        file.write_bytes(head + content)
    assert stored.known() == []
    assert stored.cache.seconds() == {}
    assert stored.cache.report(stored.state, QUESTION) is None
    stored.store(judged(1))
    assert stored.known() == [1]


def test_a_cache_whose_fields_are_odd_is_none(stored: Project) -> None:
    for file in stored.folder.iterdir():
        content = json.loads(file.read_bytes()[len(userfolder.MARK) + 33 :])
        for one in [content, *content.get("grounds", ())]:
            one |= {"tests": [3], "report": [3], "reports": {"x": 1}}
        body = json.dumps(content).encode()
        file.write_bytes(userfolder.MARK + userfolder.digest(body).encode() + b"\n" + body)
    assert stored.known() == []
    assert stored.cache.report(stored.state, QUESTION) is None


@pytest.mark.parametrize("kind", ["file", "none", "inside"])
def test_a_folder_that_cannot_be_written(project: Project, tmp_path: Path, kind: str) -> None:
    if kind == "file":
        project.folder.write_text("")
    elif kind == "none":
        project.folder = Path("/proc/nowhere")
    else:
        project.folder = project.root / ".cache"
    project.store(judged(1))
    assert project.known() == []
    assert not (project.root / ".cache").exists()


def test_the_users_cache_folder_is_used(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    cache = Cache(project.root, sys.executable, project.arguments)
    cache.store(project.state, QUESTION, report(judged(1)))
    assert sorted(one.name.rpartition("-")[0] for one in (tmp_path / "home" / userfolder.NAME).iterdir()) == [
        "verify-reports",
        "verify-verdicts",
    ]


def test_the_size_is_bounded(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(userfolder, "KEPT_FILES", 4)
    for number in range(5):
        project.arguments = (f"tests/test_{number}.py",)
        project.store(judged(1))
    assert len(list(project.folder.iterdir())) == 4
    monkeypatch.setattr(userfolder, "LARGEST", 10)
    project.arguments = ("tests",)
    project.store(judged(1))
    assert project.known() == []


@pytest.mark.parametrize("reason", ["files", "interpreter", "unreadable"])
def test_a_project_that_cannot_be_seen_whole_has_no_state(
    project: Project, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    monkeypatch.undo()
    interpreter = sys.executable
    if reason == "files":
        monkeypatch.setattr(state_module, "MOST_FILES", 3)
    elif reason == "interpreter":
        interpreter = "/nowhere/python"
    else:
        monkeypatch.setattr(state_module, "_content", lambda entry: Path("/nowhere").read_bytes())
    assert state_of(project.root, interpreter, project.arguments) is None


def test_large_files_count_by_size_and_time(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_module, "LARGEST", 100)
    project.write("data.csv", "x" * 200)
    before = project.state.everything
    assert project.state.everything == before
    project.write("data.csv", "x" * 201)
    assert project.state.everything != before
