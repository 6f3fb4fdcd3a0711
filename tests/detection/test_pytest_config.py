"""The pytest configuration in force, as pytest itself would choose and read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from async_testing.model import UsageError
from async_testing.project import detect

Write = Callable[[Mapping[str, str | bytes]], Path]
# pytest's order: each is written with a mode that no other has the same path for.
HOMES = {
    "pytest.toml": "[pytest]\nasyncio_mode = 'auto'\n",
    ".pytest.toml": "[pytest]\nasyncio_mode = 'auto'\n",
    "pytest.ini": "[pytest]\nasyncio_mode = auto\n",
    ".pytest.ini": "[pytest]\nasyncio_mode = auto\n",
    "pyproject.toml": "[tool.pytest.ini_options]\nasyncio_mode = 'auto'\n",
    "tox.ini": "[pytest]\nasyncio_mode = auto\n",
    "setup.cfg": "[tool:pytest]\nasyncio_mode = auto\n",
}


@pytest.mark.parametrize("home", HOMES)
def test_each_home_is_read(write: Write, home: str) -> None:
    config = detect(write({"main.py": "", home: HOMES[home]})).pytest

    assert (config.path, config.asyncio_mode, config.options) == (home, "auto", ("asyncio_mode",))


@pytest.mark.parametrize("index", range(len(HOMES)))
def test_the_first_home_of_a_folder_wins(write: Write, index: int) -> None:
    names = list(HOMES)[index:]

    assert detect(write({"main.py": "", **{name: HOMES[name] for name in names}})).pytest.path == names[0]


def test_the_native_table_of_pyproject(write: Write) -> None:
    text = (
        "[tool.pytest]\nasyncio_mode = 'auto'\naddopts = ['--import-mode=importlib']\npythonpath = ['src']\n"
    )
    config = detect(write({"main.py": "", "pyproject.toml": text})).pytest

    assert (config.path, config.asyncio_mode) == ("pyproject.toml", "auto")
    assert (config.import_mode, config.pythonpath) == ("importlib", ("src",))


@pytest.mark.parametrize(
    ("files", "chosen"),
    [
        ({"pytest.ini": "", "pyproject.toml": HOMES["pyproject.toml"]}, "pytest.ini"),
        ({"pytest.toml": "", "pytest.ini": HOMES["pytest.ini"]}, "pytest.toml"),
        ({"pyproject.toml": "[tool.ruff]\n", "setup.cfg": HOMES["setup.cfg"]}, "setup.cfg"),
        ({"tox.ini": "[tox]\n", "setup.cfg": HOMES["setup.cfg"]}, "setup.cfg"),
        ({"setup.cfg": "[pytest]\nasyncio_mode = auto\n"}, None),
        ({"pyproject.toml": "[tool.ruff]\n", "tox.ini": "[tox]\n"}, None),
        ({}, None),
    ],
)
def test_an_empty_dedicated_file_wins_and_a_shared_one_needs_its_section(
    write: Write, files: dict[str, str], chosen: str | None
) -> None:
    config = detect(write({"main.py": "", **files})).pytest

    assert (config.path, config.asyncio_mode) == (chosen, "auto" if chosen == "setup.cfg" else "strict")


def test_the_configuration_nearest_to_the_tests_wins(write: Write) -> None:
    files = {
        "main.py": "",
        "tests/test_a.py": "",
        "pytest.ini": "[pytest]\n",
        "tests/pytest.ini": "[pytest]\n",
    }

    assert detect(write(files)).pytest.path == "tests/pytest.ini"


def test_everything_that_matters_to_async_tests(write: Write) -> None:
    ini = (
        "[pytest]\naddopts = -ra --import-mode importlib\npythonpath = . src\ntestpaths =\n    tests\n"
        "asyncio_mode = strict\nasyncio_default_fixture_loop_scope = session\n"
        "asyncio_default_test_loop_scope = module\nfilterwarnings =\n    error\n    ignore:x:DeprecationWarning\n"
        "markers =\n    slow: takes long\n    integration: needs a server\n"
    )
    config = detect(write({"main.py": "", "pytest.ini": ini})).pytest

    assert (config.import_mode, config.pythonpath, config.testpaths) == (
        "importlib",
        (".", "src"),
        ("tests",),
    )
    assert (config.fixture_loop_scope, config.test_loop_scope) == ("session", "module")
    assert config.filterwarnings == ("error", "ignore:x:DeprecationWarning")
    assert config.markers == ("slow: takes long", "integration: needs a server")
    assert {"asyncio_mode", "markers", "addopts"} <= set(config.options)


@pytest.mark.parametrize(
    ("addopts", "mode", "import_mode"),
    [
        ("--asyncio-mode=auto", "auto", "prepend"),
        ("--asyncio-mode auto --import-mode=append", "auto", "append"),
        ("-o asyncio_mode=auto", "auto", "prepend"),
        ("-oasyncio_mode=auto", "auto", "prepend"),
        ("--override-ini=asyncio_mode=auto", "auto", "prepend"),
        ("--import-mode=append --import-mode=importlib", "strict", "importlib"),
        ("-k 'a and b'", "strict", "prepend"),
        ("-k 'unbalanced", "strict", "prepend"),
    ],
)
def test_options_on_the_command_line_of_the_configuration(
    write: Write, addopts: str, mode: str, import_mode: str
) -> None:
    config = detect(write({"main.py": "", "pytest.ini": f"[pytest]\naddopts = {addopts}\n"})).pytest

    assert (config.asyncio_mode, config.import_mode) == (mode, import_mode)


def test_folders_are_relative_to_the_file_and_inside_of_the_root(write: Write) -> None:
    files = {
        "backend/app/main.py": "from app.db import x\nfrom fastapi import FastAPI\napp = FastAPI()\n",
        "backend/app/db.py": "",
        "backend/pytest.ini": "[pytest]\npythonpath = . ../.. ../shared\n",
    }

    assert detect(write(files)).pytest.pythonpath == ("backend", "shared")


MARKED_ASYNCIO = "import pytest\n@pytest.mark.asyncio\nasync def test_a(): ...\n"
MARKED_ANYIO = "import pytest\npytestmark = pytest.mark.anyio\nasync def test_a(): ...\n"
BACKEND = "import pytest\n@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'\n"
PLUGINS: dict[str, tuple[dict[str, str], str | None]] = {
    "nothing": ({}, None),
    "auto mode": ({"pytest.ini": "[pytest]\nasyncio_mode = auto\n"}, "pytest-asyncio"),
    "auto mode beside anyio marks": (
        {"pytest.ini": "[pytest]\nasyncio_mode = auto\n", "tests/test_a.py": MARKED_ANYIO},
        "pytest-asyncio",
    ),
    "strict mode": ({"pytest.ini": "[pytest]\nasyncio_mode = strict\n"}, "pytest-asyncio"),
    "a loop scope": (
        {"pytest.ini": "[pytest]\nasyncio_default_fixture_loop_scope = function\n"},
        "pytest-asyncio",
    ),
    "asyncio marks": ({"tests/test_a.py": MARKED_ASYNCIO}, "pytest-asyncio"),
    "anyio marks": ({"tests/test_a.py": MARKED_ANYIO}, "anyio"),
    "more anyio marks": (
        {"tests/test_a.py": MARKED_ASYNCIO, "tests/test_b.py": MARKED_ANYIO, "tests/test_c.py": MARKED_ANYIO},
        "anyio",
    ),
    "an anyio_backend": ({"tests/conftest.py": BACKEND}, "anyio"),
    "anyio's auto mode": ({"pytest.ini": "[pytest]\nanyio_mode = auto\n"}, "anyio"),
    "pytest-asyncio declared": ({"requirements.txt": "anyio\npytest_asyncio\n"}, "pytest-asyncio"),
    "anyio declared": ({"requirements.txt": "anyio\n"}, "anyio"),
    "anyio installed": (
        {".venv/pyvenv.cfg": "", ".venv/lib/python3.12/site-packages/anyio-4.0.dist-info/METADATA": ""},
        "anyio",
    ),
    "marks against what is declared": (
        {"tests/test_a.py": MARKED_ANYIO, "requirements.txt": "pytest-asyncio\n"},
        "anyio",
    ),
}


@pytest.mark.parametrize(("files", "plugin"), PLUGINS.values(), ids=PLUGINS)
def test_the_plugin_that_runs_async_tests(write: Write, files: dict[str, str], plugin: str | None) -> None:
    assert detect(write({"main.py": "", **files})).pytest.plugin == plugin


@pytest.mark.parametrize(
    ("home", "text"),
    [
        ("pyproject.toml", "[tool.pytest\n"),
        ("pytest.toml", "pytest = \n"),
        ("pytest.ini", "addopts = -q\n"),
        ("tox.ini", "addopts = -q\n[pytest]\n"),
    ],
)
def test_what_pytest_itself_cannot_read_is_one_line(write: Write, home: str, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        detect(write({"main.py": "", home: text}))

    assert home in str(caught.value)
    assert "mend it first" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "tool = 1\n",
        "[tool]\npytest = 1\n",
        "[tool.pytest.ini_options]\naddopts = 1\ntestpaths = 2\nfilterwarnings = {}\nasyncio_mode = []\n",
        "project = 1\n[dependency-groups]\ndev = 1\n[tool.poetry]\ndependencies = []\n",
        "[project]\ndependencies = 'asyncpg'\noptional-dependencies = []\n",
    ],
)
def test_values_of_the_wrong_type_are_passed_over(write: Write, text: str) -> None:
    config = detect(write({"main.py": "", "pyproject.toml": text})).pytest

    assert (config.asyncio_mode, config.testpaths, config.import_mode) == ("strict", (), "prepend")
