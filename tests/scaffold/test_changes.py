"""Create, identical, conflict, outdated, update, remove: what happens to which file."""

from __future__ import annotations

import json

import pytest
from async_testing.scaffolding import headers

from tests.scaffold.conftest import PYPROJECT, STRICT, Result, Sandbox, Scaffold

CONFTEST = "tests/conftest.py"


def states(result: Result) -> dict[str, str]:
    return {one["path"]: one["state"] for one in json.loads(result.out)["changes"]}


def test_everything_is_created_with_version_and_hash(shop: Sandbox, scaffold: Scaffold) -> None:
    before = shop.snapshot()
    found = states(scaffold("--output-format", "json"))
    assert set(found.values()) == {"create"}
    assert {"tests/__init__.py", CONFTEST, "tests/app_clients.py", "tests/fakes/__init__.py"} <= found.keys()
    assert "tests/fakes/asyncpg/__init__.py" in found
    assert not any("psqlpy" in path for path in found)
    after = shop.snapshot()
    assert after.keys() - before.keys() == found.keys()
    for path in found:
        sealed = headers.unseal(after[path].decode())
        assert sealed is not None
        assert sealed.unmodified


def test_a_second_run_changes_nothing(shop: Sandbox, scaffold: Scaffold) -> None:
    first = states(scaffold("--with-database", "--locale", "pt_BR", "--output-format", "json"))
    before = shop.snapshot()
    second = scaffold("--output-format", "json")
    assert second.code == 0
    assert states(second) == dict.fromkeys(first, "identical")
    assert shop.snapshot() == before


def test_a_dry_run_writes_nothing_and_tells_the_same(shop: Sandbox, scaffold: Scaffold) -> None:
    before = shop.snapshot()
    told = scaffold("--dry-run", "--output-format", "json")
    assert shop.snapshot() == before
    assert states(told) == states(scaffold("--output-format", "json"))


def test_a_foreign_file_is_a_conflict_and_the_rest_is_done(shop: Sandbox, scaffold: Scaffold) -> None:
    mine = "# mine\nclass FakeConnection: ...\nclass FakePool: ...\ndef settled(): ...\n"
    shop.write({"tests/fakes/core/ledger.py": "mine = 1\r\n", "tests/fakes/__init__.py": mine})
    result = scaffold("--output-format", "json")
    assert result.code == 1
    found = states(result)
    assert found["tests/fakes/core/ledger.py"] == found["tests/fakes/__init__.py"] == "conflict"
    assert found["tests/fakes/asyncpg/__init__.py"] == found[CONFTEST] == "create"
    assert shop.snapshot()["tests/fakes/core/ledger.py"] == b"mine = 1\r\n"
    assert shop.text("tests/fakes/__init__.py") == mine


@pytest.mark.parametrize("existing", ["tests/fakes.py", "tests/fakes/__init__.py"])
def test_other_fakes_are_neither_hidden_nor_imported(
    existing: str, shop: Sandbox, scaffold: Scaffold
) -> None:
    shop.write({existing: "class FakeRecord: ...\n"})
    result = scaffold("--output-format", "json")
    assert result.code == 1
    found = states(result)
    assert [path for path in found if "fakes" in path] == [existing]
    assert "fake_connection" not in shop.text(CONFTEST)
    assert shop.pytest("--collect-only").code == 5


def test_a_module_of_that_name_is_left_alone_with_its_fixtures(shop: Sandbox, scaffold: Scaffold) -> None:
    shop.write({"tests/app_clients.py": "something = 1\n"})
    result = scaffold()
    assert result.code == 1
    assert "tests/app_clients.py: left out" in result.err
    assert "async_client" not in shop.text(CONFTEST)
    assert "def app(" in shop.text(CONFTEST)


def outdated(shop: Sandbox, name: str, *, modified: bool = False, newline: str = "\n") -> None:
    """Make a file one that an older version wrote."""
    sealed = headers.unseal(shop.text(name))
    assert sealed is not None
    text = headers.seal("# an older version\n" + sealed.body).replace(" 0.", " 0.0.", 1)
    text += "# changed\n" if modified else ""
    shop.write({name: text.replace("\n", newline)})


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_unmodified_older_file_is_replaced_by_update_only(
    newline: str, shop: Sandbox, scaffold: Scaffold
) -> None:
    scaffold()
    fresh = shop.snapshot()
    outdated(shop, "tests/fakes/core/ledger.py", newline=newline)
    before = shop.snapshot()

    told = scaffold("--output-format", "json")
    assert told.code == 1
    assert states(told)["tests/fakes/core/ledger.py"] == "outdated"
    assert shop.snapshot() == before
    assert json.loads(told.out)["next"].endswith("--update")

    assert scaffold("--update").code == 0
    assert shop.snapshot()["tests/fakes/core/ledger.py"] == fresh["tests/fakes/core/ledger.py"].replace(
        b"\n", newline.encode()
    )


def test_a_modified_file_stays_a_conflict_with_its_diff(shop: Sandbox, scaffold: Scaffold) -> None:
    scaffold()
    outdated(shop, "tests/fakes/core/ledger.py", modified=True)
    before = shop.snapshot()
    result = scaffold("--update", "--dry-run", "--all")
    assert result.code == 1
    assert "-# changed\n" in result.out
    assert scaffold("--update").code == 1
    assert shop.snapshot() == before


def test_only_another_version_of_the_same_text_is_identical(shop: Sandbox, scaffold: Scaffold) -> None:
    scaffold()
    text = shop.text("tests/fakes/core/ledger.py")
    shop.write({"tests/fakes/core/ledger.py": text.replace(" 0.", " 9.", 1)})
    assert scaffold("--update").code == 0


def test_a_conftest_with_every_fixture_is_identical_whoever_changed_it(
    shop: Sandbox, scaffold: Scaffold
) -> None:
    scaffold()
    shop.write({CONFTEST: shop.text(CONFTEST) + "\n\nMORE = 1\n"})
    result = scaffold("--output-format", "json")
    assert result.code == 0
    assert states(result)[CONFTEST] == "identical"


def test_a_conftest_of_ours_that_lacks_a_fixture_is_a_conflict_that_merge_mends(
    shop: Sandbox, scaffold: Scaffold
) -> None:
    scaffold()
    kept = shop.text(CONFTEST).partition("@pytest.fixture\ndef fake_pool")[0]
    shop.write({CONFTEST: kept})
    result = scaffold()
    assert result.code == 1
    assert "lacks fake_pool, fakes_are_settled" in result.out
    assert shop.text(CONFTEST) == kept
    assert scaffold("--merge").code == 0
    assert shop.text(CONFTEST).startswith(kept.rstrip("\n"))
    assert scaffold().code == 0


def test_fixtures_of_a_conftest_above_are_not_written_again(shop: Sandbox, scaffold: Scaffold) -> None:
    above = "import pytest\n\n@pytest.fixture\ndef client():\n    return 'mine'\n"
    shop.write(
        {"conftest.py": above, "tests/test_mine.py": "def test_mine(client): assert client == 'mine'\n"}
    )
    assert scaffold().code == 0
    assert "def client(" not in shop.text(CONFTEST)
    assert shop.pytest("-W", "error").counts == {"passed": 1}
    assert scaffold().code == 0


def test_remove_takes_away_all_that_scaffold_wrote(shop: Sandbox, scaffold: Scaffold) -> None:
    before = shop.snapshot()
    scaffold("--with-database")
    shop.pytest("--collect-only")
    result = scaffold("--remove")
    assert result.code == 0
    assert shop.snapshot() == before
    assert not (shop.root / "tests").exists()


def test_remove_leaves_the_modified_and_what_others_need(shop: Sandbox, scaffold: Scaffold) -> None:
    scaffold()
    changed = shop.text(CONFTEST) + "# changed\n"
    shop.write({CONFTEST: changed, "tests/fakes/mine.py": "", "tests/test_mine.py": ""})
    dry = scaffold("--remove", "--dry-run", "--output-format", "json")
    result = scaffold("--remove", "--output-format", "json")
    assert states(dry) == states(result)
    assert result.code == 1
    assert states(result)[CONFTEST] == "modified"
    assert shop.snapshot().keys() >= {CONFTEST, "tests/__init__.py", "tests/fakes/mine.py"}
    assert not (shop.root / "tests/fakes/core/ledger.py").exists()
    assert shop.text(CONFTEST) == changed


def test_remove_finds_nothing(shop: Sandbox, scaffold: Scaffold) -> None:
    result = scaffold("--remove")
    assert result.code == 2
    assert "tests holds no file that scaffold wrote" in result.err


SQLALCHEMY = PYPROJECT.replace("asyncpg", "sqlalchemy")


def test_an_application_without_a_known_driver_gets_no_fakes(sandbox: Sandbox, scaffold: Scaffold) -> None:
    sandbox.write({"pyproject.toml": SQLALCHEMY, "main.py": "from fastapi import FastAPI\napp = FastAPI()\n"})
    result = scaffold()
    assert result.code == 0
    assert "fake_" not in sandbox.text(CONFTEST)
    assert not (sandbox.root / "tests/fakes").exists()


@pytest.mark.parametrize("driver", ["psqlpy", "asyncpg"])
def test_a_driver_without_an_application_gets_only_fakes(
    driver: str, sandbox: Sandbox, scaffold: Scaffold
) -> None:
    declared = f'[project]\nname = "x"\ndependencies = ["{driver}", "pytest", "pytest-asyncio"]\n'
    sandbox.write({"pyproject.toml": declared + STRICT, "dao.py": f"import {driver}\n"})
    assert scaffold().code == 0
    assert "async_client" not in sandbox.text(CONFTEST)
    assert f"from .{driver} import" in sandbox.text("tests/fakes/__init__.py")
    test = "from tests.fakes import FakeConnection\n\ndef test_new(fake_pool, fake_connection):\n"
    sandbox.write({"tests/test_new.py": test + "    assert type(fake_connection) is FakeConnection\n"})
    assert sandbox.pytest("-W", "error").counts == {"passed": 1}


@pytest.mark.parametrize("missing", ["faker", "httpx2", "pytest-asyncio"])
def test_what_needs_a_missing_package_is_left_out_with_the_install_line(
    missing: str, shop: Sandbox, scaffold: Scaffold
) -> None:
    shop.write({".venv/pyvenv.cfg": "version = 3.11.7\n", ".venv/bin/python": "", "uv.lock": ""})
    shop.write(
        {"pyproject.toml": PYPROJECT.replace(f', "{missing}"', "").replace(f'"{missing}"', '"pytest"')}
    )
    result = scaffold("--all")
    assert result.code == 0, result.err
    text = shop.text(CONFTEST)
    if missing == "pytest-asyncio":  # Starlette brings anyio, which runs async tests as well
        assert "pytest_asyncio" not in text
        assert "anyio_backend" in text
        return
    install = {"faker": "faker", "httpx2": "httpx"}[missing]
    assert f"uv add --dev {install}" in result.err
    assert {"faker": "faker_seed", "httpx2": "async_client"}[missing] not in text
    assert "def app(" in text


def test_no_plugin_at_all_leaves_async_fixtures_out(sandbox: Sandbox, scaffold: Scaffold) -> None:
    sandbox.write({
        ".venv/pyvenv.cfg": "", ".venv/bin/python": "", "dao.py": "import asyncpg\n",
        "pyproject.toml": '[project]\nname = "x"\ndependencies = ["asyncpg", "pytest"]\n',
    })  # fmt: skip
    result = scaffold("--with-database")
    assert result.code == 0
    assert "pip install pytest-asyncio" in result.err
    assert "async def" not in sandbox.text(CONFTEST)
    assert "database_dsn" in sandbox.text(CONFTEST)


def test_an_old_pytest_asyncio_gets_no_loop_scope(shop: Sandbox, scaffold: Scaffold) -> None:
    lock = '[[package]]\nname = "pytest-asyncio"\nversion = "0.23.8"\n'
    shop.write({"uv.lock": lock})
    result = scaffold()
    assert result.code == 0
    assert "pytest-asyncio 0.23.8" in result.err
    assert "LOOP_SCOPE" not in shop.text(CONFTEST)
    assert "@pytest_asyncio.fixture\nasync def" in shop.text(CONFTEST)


@pytest.mark.parametrize(
    ("version", "others", "works"),
    [("0.20.4", "", False), ("0.20.4", "requests", True), ("0.21.0", "", True)],
)
def test_the_test_client_of_an_old_starlette_needs_requests(
    version: str, others: str, works: bool, shop: Sandbox, scaffold: Scaffold
) -> None:
    locked = {"starlette": version, **({others: "2.32.0"} if others else {})}
    lock = "".join(f'[[package]]\nname = "{name}"\nversion = "{number}"\n' for name, number in locked.items())
    shop.write({"uv.lock": lock, ".venv/pyvenv.cfg": "", ".venv/bin/python": ""})
    result = scaffold("--all")
    assert result.code == 0, result.err
    assert ("def client(" in shop.text(CONFTEST)) is works
    assert ("uv add --dev requests" in result.err) is not works
    assert "def async_client(" in shop.text(CONFTEST)


def test_a_factory_that_wants_arguments_is_left_out_with_the_reason(
    sandbox: Sandbox, scaffold: Scaffold
) -> None:
    factory = (
        "import asyncpg\nfrom fastapi import FastAPI\n\ndef create_app(settings):\n    return FastAPI()\n"
    )
    sandbox.write({"pyproject.toml": PYPROJECT, "main.py": factory})
    result = scaffold()
    assert result.code == 0
    assert "create_app needs settings" in result.err
    assert "def app(" not in sandbox.text(CONFTEST)
    own = "\n\n@pytest.fixture\ndef app():\n    from main import create_app\n    return create_app({})\n"
    sandbox.write({CONFTEST: sandbox.text(CONFTEST) + own})
    assert scaffold("--merge").code == 0
    assert "async def async_client(" in sandbox.text(CONFTEST)


@pytest.mark.parametrize(
    ("files", "flag"),
    [
        ({"a.py": "from fastapi import FastAPI\napp = FastAPI()\n"}, "--app main:app"),
        ({"dao.py": "import psqlpy\npsqlpy.connect\n"}, "--driver "),
    ],
)
def test_ambiguity_names_the_candidates_and_the_flag(
    files: dict[str, str], flag: str, sandbox: Sandbox, scaffold: Scaffold
) -> None:
    main = "import asyncpg\nfrom fastapi import FastAPI\napp = FastAPI()\nasyncpg.connect\n"
    sandbox.write({"pyproject.toml": PYPROJECT.replace('"asyncpg"', '"asyncpg", "psqlpy"'), "main.py": main})
    sandbox.write({name.replace("a.py", "admin.py"): text for name, text in files.items()})
    result = scaffold()
    assert result.code == 2
    assert flag.split()[0] in result.err
    assert len(result.err.splitlines()) == 1
    assert not (sandbox.root / "tests").exists()
    choice = ["--app", "main:app"] if "--app" in flag else ["--driver", "asyncpg"]
    assert scaffold(*choice).code == 0
