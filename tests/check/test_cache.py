"""Results are used again exactly while nothing that they depend on has changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from async_testing import rules, userfolder
from async_testing.checking import cache as cache_module
from async_testing.checking import rulebook
from async_testing.checking.cache import Cache
from async_testing.checking.running import Report, run

RULES = [rule for rule in rules.load() if rule.name == "unawaited-call"]
TEST = "from helpers.dao import save\n\n\nasync def test_it():\n    save()\n"
DAO = "async def save(): ...\n\n\nclass DAO:\n    def save(self): ...\n"
FILES = ["tests/test_a.py", "tests/test_b.py"]
Checked = Callable[[], Report]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for path, text in {
        "tests/test_a.py": TEST,
        "tests/test_b.py": "async def test_other(dao):\n    dao.save()\n    nothing.here()\n",
        "tests/conftest.py": "import pytest\nfrom helpers.dao import DAO\n\n\n@pytest.fixture\ndef dao() -> DAO: ...\n",
        "helpers/dao.py": "from helpers.real import DAO, save\n",
        "helpers/real.py": DAO,
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root.resolve()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def checked(project: Path, store: Path) -> Checked:
    def check() -> Report:
        report = run(project, FILES, RULES, cache=Cache(project, RULES, store), jobs=1)
        assert report.examined == run(project, FILES, RULES, jobs=1).examined
        return report

    return check


def test_an_unchanged_project_is_not_looked_at_again(checked: Checked) -> None:
    assert checked().from_cache == 0
    assert checked().from_cache == 2
    assert [len(one.findings) for one in checked().examined] == [1, 0]


@pytest.mark.parametrize(
    ("path", "text", "left"),
    [
        ("tests/test_a.py", "async def test_it(): ...\n", 1),
        ("helpers/real.py", "def save(): ...\n", 0),
        ("helpers/dao.py", "def save(): ...\n", 0),
        ("tests/helpers/dao.py", "def save(): ...\n", 0),
        ("tests/conftest.py", "", 1),
        ("conftest.py", "", 1),
        ("tests/pytest.ini", "[pytest]\n", 0),
        ("README.md", "", 2),
        ("tests/test_c.py", "", 2),
    ],
)
def test_what_a_change_concerns_is_looked_at_again(
    project: Path, checked: Checked, path: str, text: str, left: int
) -> None:
    checked()
    (project / path).parent.mkdir(exist_ok=True)
    (project / path).write_text(text)
    assert checked().from_cache == left
    assert checked().from_cache == 2


def test_a_module_that_appears_is_noticed(project: Path, checked: Checked) -> None:
    checked()
    (project / "nothing.py").write_text("async def here(): ...\n")
    report = checked()
    assert report.from_cache == 0
    assert [len(one.findings) for one in report.examined] == [1, 1]
    (project / "nothing.py").unlink()
    assert [len(one.findings) for one in checked().examined] == [1, 0]


def test_a_run_over_one_file_forgets_what_it_proves_wrong_of_others(project: Path, store: Path) -> None:
    files = ["tests/test_a.py", "tests/test_d.py"]
    (project / "tests/test_d.py").write_text(TEST)
    run(project, files, RULES, cache=Cache(project, RULES, store), jobs=1)
    (project / "helpers/real.py").write_text("def save(): ...\n")
    run(project, files[:1], RULES, cache=Cache(project, RULES, store), jobs=1)
    report = run(project, files, RULES, cache=Cache(project, RULES, store), jobs=1)
    assert [len(one.findings) for one in report.examined] == [0, 0]


def test_another_selection_or_another_checker_uses_nothing(
    project: Path, store: Path, checked: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked()
    assert (
        run(project, FILES, rules.load()[:1], cache=Cache(project, rules.load()[:1], store)).from_cache == 0
    )
    monkeypatch.setattr(cache_module, "sources_digest", lambda: "another")
    assert checked().from_cache == 0


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"unawaited", b"unawaitet"),
        lambda data: b"\0" * 5000,
        lambda data: b"{}",
        lambda data: userfolder.MARK + userfolder.digest(b"[1]").encode() + b"\n[1]",
        lambda data: userfolder.MARK + userfolder.digest(b"{").encode() + b"\n{",
    ],
)
def test_a_damaged_or_foreign_cache_is_ignored(
    store: Path, checked: Checked, damage: Callable[[bytes], bytes]
) -> None:
    checked()
    for path in store.iterdir():
        path.write_bytes(damage(path.read_bytes()))
    assert checked().from_cache == 0
    assert checked().from_cache == 2


def test_a_checksum_over_nonsense_of_the_right_shape_is_ignored(
    project: Path, store: Path, checked: Checked
) -> None:
    checked()
    (path,) = store.iterdir()
    _, _, body = path.read_bytes().partition(b"\n")
    document = json.loads(body)
    document["graph"]["links"] = {"tests/test_a.py": [10**9]}
    content = json.dumps(document).encode()
    path.write_bytes(userfolder.MARK + userfolder.digest(content).encode() + b"\n" + content)
    assert checked().from_cache == 0


def test_a_cache_that_cannot_be_written_is_none(project: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for _ in range(2):
        assert run(project, FILES, RULES, cache=Cache(project, RULES, tmp_path / "file")).from_cache == 0


def test_nothing_is_kept_inside_of_the_project(project: Path) -> None:
    for _ in range(2):
        assert run(project, FILES, RULES, cache=Cache(project, RULES, project / ".cache")).from_cache == 0
    assert not (project / ".cache").exists()


def test_a_problem_that_may_pass_is_not_kept(project: Path, checked: Checked) -> None:
    (project / "tests/test_a.py").unlink()
    assert "cannot be read" in checked().examined[0].problem
    (project / "tests/test_a.py").write_text(TEST)
    assert not checked().examined[0].problem


def test_the_folder_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert userfolder.cache_folder() == str(tmp_path / userfolder.NAME)
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert userfolder.cache_folder() == str(tmp_path / ".cache" / userfolder.NAME)
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert userfolder.cache_folder() == str(tmp_path / "Library/Caches" / userfolder.NAME)


def test_what_is_old_or_too_much_is_dropped(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        assert userfolder.save(store, f"{number}.json", b"x" * 100)
    monkeypatch.setattr(userfolder, "KEPT_FILES", 3)
    userfolder.tidy(store)
    assert len(list(store.iterdir())) == 3
    monkeypatch.setattr(userfolder, "KEPT_DAYS", -1)
    userfolder.tidy(store)
    assert list(store.iterdir()) == []


def test_rules_are_listed_without_importing_them(store: Path) -> None:
    plain = rules.load()
    assert [one[:5] for one in rulebook.load(store)] == [one[:5] for one in plain]
    again = rulebook.load(store)
    assert [one[:5] for one in again] == [one[:5] for one in plain]
    assert all(isinstance(one.module, rulebook.Later) for one in again)
    assert [one.documentation for one in again] == [one.documentation for one in plain]
    assert [one.check for one in again] == [one.check for one in plain]
