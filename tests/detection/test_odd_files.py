"""What is skipped, and what cannot be read: a note at most, never a traceback."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from async_testing.project import choose_app, detect

Write = Callable[[Mapping[str, str | bytes]], Path]
APP = "from fastapi import FastAPI\nimport asyncpg\napp = FastAPI()\n"
SKILL = "---\nname: async-testing-expert\n---\n"
SKIPPED = {
    "hidden folder": {".cache/main.py": APP},
    "hidden file": {".main.py": APP},
    "environment of any name": {"py312/pyvenv.cfg": "", "py312/lib/main.py": APP},
    "site-packages": {"lib/site-packages/x/main.py": APP},
    "bytecode": {"__pycache__/main.py": APP},
    "the skill's own folder by its name": {
        "skills/async-testing-expert/SKILL.md": "",
        "skills/async-testing-expert/src/main.py": APP,
    },
    "the skill's own folder by what it says": {"vendored/SKILL.md": SKILL, "vendored/src/main.py": APP},
    "the skill's name in quotes": {
        "vendored/SKILL.md": '---\nname: "async-testing-expert"\n---\n',
        "vendored/src/main.py": APP,
    },
    "build output": {"dist/pkg/main.py": APP},
}


@pytest.mark.parametrize("files", SKIPPED.values(), ids=SKIPPED)
def test_what_is_skipped(write: Write, files: dict[str, str]) -> None:
    project = detect(write(files))

    assert (project.apps, project.drivers, project.notes) == ((), (), ())


def test_another_skill_and_a_package_called_build_are_not_skipped(write: Write) -> None:
    files = {"other/SKILL.md": "---\nname: another\n---\n", "other/main.py": APP, "build/__init__.py": APP}

    assert {one.path for one in detect(write(files)).apps} == {"other/main.py", "build/__init__.py"}


def test_the_bundle_that_runs_is_skipped_wherever_it_lies(write: Write) -> None:
    bundle = Path(__file__).resolve().parents[2]

    assert not any(one.path.startswith("examples/") for one in detect(bundle).apps)


def test_a_loop_of_links_ends(write: Write) -> None:
    root = write({"app/main.py": APP, "tests/test_a.py": ""})
    (root / "app" / "again").symlink_to(root, target_is_directory=True)
    (root / "tests" / "self.py").symlink_to(root / "tests" / "self.py")
    (root / "requirements.txt").symlink_to("requirements.txt")

    project = detect(root)

    assert [one.path for one in project.apps] == ["app/main.py"]


def test_a_link_out_of_the_root_is_not_followed(write: Write, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "main.py").write_text(APP)
    (outside / "requirements.txt").write_text("asyncpg\n")
    (outside / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    root = write({"a.py": ""})
    (root / "linked").symlink_to(outside, target_is_directory=True)
    (root / "requirements").symlink_to(outside, target_is_directory=True)
    for name in ("main.py", "requirements.txt", "pytest.ini"):
        (root / name).symlink_to(outside / name)

    project = detect(root)

    assert (project.apps, project.drivers, project.packages) == ((), (), {})
    assert project.pytest.path is None


def test_a_link_inside_of_the_root_is_read(write: Write) -> None:
    root = write({"deploy/reqs.txt": "asyncpg\n", "a.py": ""})
    (root / "requirements.txt").symlink_to("deploy/reqs.txt")

    assert [one.path for one in detect(root).drivers] == ["requirements.txt"]


def test_a_root_that_is_a_link(write: Write, tmp_path: Path) -> None:
    root = write({"main.py": APP})
    (tmp_path / "link").symlink_to(root, target_is_directory=True)

    project = detect(tmp_path / "link")

    assert project.root == str(root.resolve())
    assert project.apps[0].path == "main.py"


DEEP = "(" * 5000 + ")" * 5000
UNPARSABLE: dict[str, bytes] = {
    "syntax error": APP.encode() + b"def (:\n",
    "indentation": APP.encode() + b"  x = 1\n",
    "not UTF-8": APP.encode() + b"NAME = 'caf\xe9'\n",
    "an unknown encoding": b"# -*- coding: klingon -*-\n" + APP.encode(),
    "NUL bytes": APP.encode() + b"\0\0",
    "deep nesting": APP.encode() + f"x = {DEEP}\n".encode(),
    "a long chain": APP.encode() + b"x = " + b"-" * 100_000 + b"1\n",
    "Python 2": APP.encode() + b"print 'hello'\n",
    "UTF-16": APP.encode("utf-16") + b"FastAPI() import asyncpg",
}


@pytest.mark.parametrize("data", UNPARSABLE.values(), ids=UNPARSABLE)
def test_a_file_that_cannot_be_parsed_is_noted_and_the_rest_is_found(write: Write, data: bytes) -> None:
    project = detect(write({"broken.py": data, "main.py": APP, "tests/conftest.py": data}))

    chosen = choose_app(project)
    assert chosen
    assert chosen.path == "main.py"
    noted = [note for note in project.notes if note.path == "broken.py"]
    assert len(noted) == 1
    assert re.search("left out: .*cannot (parse it|be parsed)", noted[0].message)
    assert "\n" not in noted[0].message


def test_a_declared_encoding_is_obeyed(write: Write) -> None:
    data = b"# coding: latin-1\nNAME = 'caf\xe9'\n" + APP.encode()

    project = detect(write({"main.py": data}))

    assert (project.apps[0].line, project.notes) == (5, ())


TEXTS = {
    "requirements.txt": b"caf\xe9\n",
    "setup.cfg": b"[options\n\xe9",
    "Pipfile.lock": b"{",
    "Pipfile": b"[packages\n",
    "uv.lock": b"\xff\xff\xff",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_packaging_file_that_cannot_be_read(write: Write, name: str) -> None:
    project = detect(write({"main.py": APP, name: TEXTS[name]}))

    assert [one.path for one in project.apps] == ["main.py"]
    assert [note.path for note in project.notes] == [name]


def test_folders_where_files_should_be(write: Write) -> None:
    names = ("requirements.txt", "pyproject.toml", "pytest.ini", "uv.lock", "setup.py", "tests/conftest.py")
    root = write({"main.py": APP, **{f"{name}/x": "" for name in names}})

    assert [one.path for one in detect(root).apps] == ["main.py"]


def test_a_pipe_where_a_file_should_be_does_not_hang(write: Write) -> None:
    root = write({"main.py": APP})
    os.mkfifo(root / "pipe.py")
    os.mkfifo(root / "requirements.txt")

    assert [one.path for one in detect(root).apps] == ["main.py"]


def test_a_file_written_by_a_program_is_not_read(write: Write) -> None:
    project = detect(write({"main.py": APP, "data.py": APP + "#" * 4_000_000}))

    assert [one.path for one in project.apps] == ["main.py"]
    assert [(note.path, note.message) for note in project.notes] == [
        ("data.py", "not read: larger than 4 MB")
    ]


def test_an_empty_project(write: Write) -> None:
    project = detect(write({}))

    assert (project.apps, project.drivers, project.import_root, project.tests) == ((), (), ".", "tests")


def test_nothing_is_run_and_nothing_written(write: Write) -> None:
    root = write({"main.py": "raise SystemExit('imported')\n" + APP, "setup.py": "raise SystemExit\n"})

    detect(root)

    assert sorted(path.name for path in root.rglob("*")) == ["main.py", "setup.py"]
