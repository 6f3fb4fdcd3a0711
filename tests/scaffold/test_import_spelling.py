"""How the conftest imports the fakes, in the layouts and import modes there are: pytest itself is the judge."""

from __future__ import annotations

import pytest

from tests.scaffold.conftest import PYPROJECT, SHOP, Sandbox, Scaffold

TEST = """\
import pytest
from {spelled} import FakeConnection
from {module} import create_app

def test_one_module_for_all(fake_connection):
    assert type(fake_connection) is FakeConnection

@pytest.mark.asyncio
async def test_app(async_client):
    assert (await async_client.get("/state")).status_code == 200
"""
IMPORTLIB = 'addopts = ["--import-mode=importlib"]\n'
CASES = {
    # name: (configuration, app package, tests folder, package or not or new, spelling, printed pythonpath)
    "new folder": ("", "shop", "tests", None, "tests.fakes", False),
    "new folder, importlib": (IMPORTLIB, "shop", "tests", None, "tests.fakes", True),
    "new folder, importlib, pythonpath": (
        IMPORTLIB + 'pythonpath = ["."]\n', "shop", "tests", None, "tests.fakes", False,
    ),
    "folder": ('pythonpath = ["shop/.."]\n', "shop", "tests", False, "tests.fakes", False),
    "folder, no path": ("", "shop", "tests", False, "fakes", True),
    "folder, importlib": (IMPORTLIB, "shop", "tests", False, "tests.fakes", True),
    "package": ("", "shop", "tests", True, "tests.fakes", False),
    "package, importlib": (IMPORTLIB, "shop", "tests", True, "tests.fakes", True),
    "inside the application": ("", "backend/app", "backend/app/tests", True, "app.tests.fakes", False),
    "inside the application, importlib": (
        IMPORTLIB, "backend/app", "backend/app/tests", True, ".fakes", True,
    ),
    "src layout": ('pythonpath = ["src"]\n', "src/shop", "tests", None, "tests.fakes", False),
    "src layout, importlib": (
        IMPORTLIB + 'pythonpath = ["src"]\n', "src/shop", "tests", None, "tests.fakes", False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_fakes_and_application_import(case: str, sandbox: Sandbox, scaffold: Scaffold) -> None:
    configuration, package, tests, init, spelled, printed = CASES[case]
    header = "[tool.pytest.ini_options]\nasyncio_default_fixture_loop_scope = 'function'\n"
    sandbox.write({
        "pyproject.toml": PYPROJECT + header + configuration,
        f"{package}/__init__.py": "",
        f"{package}/main.py": SHOP,
    })  # fmt: skip
    if init is not None:
        sandbox.write({f"{tests}/test_old.py": "def test_old(): pass\n"})
    if init:
        sandbox.write({f"{tests}/__init__.py": ""})

    result = scaffold("--tests", tests, "--all")

    assert result.code == 0, result.err
    assert ("pythonpath = [" in result.out) is printed, result.out
    assert f"from {spelled} import FakeConnection" in sandbox.text(f"{tests}/conftest.py")
    assert (sandbox.root / tests / "__init__.py").exists() is (init is not False)
    module = package.rpartition("/")[2] + ".main"
    sandbox.write({f"{tests}/test_new.py": TEST.format(spelled=spelled, module=module)})
    path = [] if not printed else ["-o", f"pythonpath={package.rpartition('/')[0] or '.'}"]
    ran = sandbox.pytest("-W", "error", *path)
    assert ran.counts == {"passed": 2 + (init is not None)}, ran.out + ran.err


def test_what_the_conftest_says_stays_when_the_printed_line_was_added(
    sandbox: Sandbox, scaffold: Scaffold
) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/main.py": SHOP,
        "tests/test_old.py": "",
        "pyproject.toml": PYPROJECT,
    }
    sandbox.write(files)
    assert scaffold().code == 0
    sandbox.write({"pyproject.toml": PYPROJECT + '[tool.pytest.ini_options]\npythonpath = ["."]\n'})
    before = sandbox.snapshot()
    assert scaffold("--update").code == 0
    assert sandbox.snapshot() == before


@pytest.mark.parametrize("folder", ["my-tests", "a.b/tests"])
def test_folders_whose_names_are_no_identifiers(folder: str, sandbox: Sandbox, scaffold: Scaffold) -> None:
    configuration = "[tool.pytest.ini_options]\npythonpath = ['.']\naddopts = ['--import-mode=importlib']\n"
    sandbox.write({"pyproject.toml": PYPROJECT + configuration, "shop/__init__.py": "", "shop/main.py": SHOP})
    assert scaffold("--tests", folder).code == 0
    sandbox.write({f"{folder}/test_new.py": "def test_new(fake_pool, app): pass\n"})
    assert sandbox.pytest(folder).counts == {"passed": 1}


def test_a_module_of_the_same_name_is_collected_as_before(sandbox: Sandbox, scaffold: Scaffold) -> None:
    old = {"tests.py": "def test_old(): pass\n", "shop/__init__.py": "", "shop/main.py": SHOP}
    options = '[tool.pytest.ini_options]\npython_files = ["tests.py", "test_*.py"]\npythonpath = ["."]\n'
    sandbox.write({"pyproject.toml": PYPROJECT + options, **old})
    assert scaffold().code == 0
    sandbox.write({"tests/test_new.py": "def test_new(fake_pool, app): pass\n"})
    assert sandbox.pytest().counts == {"passed": 2}
    assert scaffold().code == 0
