"""The package as it lands in somebody's project: quick to import, whole for each driver, typed."""

import subprocess
import sys
from datetime import date
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from async_testing.scaffolding import rendering
from async_testing.templates import fakes as package
from async_testing.templates.fakes import aiomysql, asyncmy, asyncpg, psqlpy, psycopg
from async_testing.templates.fakes.asyncpg import exceptions as asyncpg_errors
from async_testing.templates.fakes.mysql import exceptions as mysql_errors
from async_testing.templates.fakes.mysql.errors import MysqlErrors
from async_testing.templates.fakes.psqlpy import exceptions as psqlpy_errors
from async_testing.templates.fakes.psycopg import exceptions as psycopg_errors

FOLDER = Path(package.__file__).parent
DRIVERS = ("psqlpy", "asyncpg", "psycopg", "aiomysql", "asyncmy", "aiosqlite")
PACKAGES = ["fakes", *(f"fakes.{driver}" for driver in DRIVERS[1:])]
FAMILIES = {"aiomysql": {"mysql"}, "asyncmy": {"mysql"}}


def imported(statement: str) -> set[str]:
    """What is loaded by an interpreter of its own that runs a statement beyond what it starts with."""
    code = f"import sys; before = set(sys.modules); {statement}; print(*sorted(set(sys.modules) - before))"
    run = [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(FOLDER.parent)!r}); {code}"]
    return set(subprocess.run(run, capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize("module", PACKAGES)
def test_only_the_standard_library_is_imported(module: str) -> None:
    loaded = {name.partition(".")[0] for name in imported(f"import {module}")}
    assert loaded - {"fakes"} <= sys.stdlib_module_names


@pytest.mark.parametrize("module", PACKAGES)
def test_nothing_slow_is_imported(module: str) -> None:
    assert not {
        *("asyncio", "unittest", "pytest", "dataclasses", "inspect", *DRIVERS),
        *("fakes.sql.statements", "fakes.sql.tokens"),
    } & imported(f"import {module}")


@pytest.mark.parametrize("driver", [psqlpy, asyncpg, psycopg, aiomysql, asyncmy])
def test_every_driver_has_the_names_of_a_driver(driver: Any) -> None:
    assert {"FakeConnection", "FakePool", "error", "errors"} <= set(driver.__all__)
    assert ("FakeTransaction" in driver.__all__) is (driver not in (aiomysql, asyncmy))
    assert all(hasattr(driver, name) for name in driver.__all__)
    assert all(hasattr(package, name) for name in package.__all__)


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_project_gets_what_its_driver_needs_and_no_more(driver: str) -> None:
    files = rendering.fakes(driver)
    folders = {path.partition("/")[0] for path in files if "/" in path}
    assert folders == {"core", "common", "sql", driver, *FAMILIES.get(driver, ())}
    own = {path.relative_to(FOLDER).as_posix() for path in (FOLDER / driver).glob("*.py")}
    assert own <= files.keys()
    compile(files["__init__.py"], "__init__.py", "exec")
    assert f"from .{driver} import" in files["__init__.py"]


@pytest.mark.parametrize("driver", DRIVERS)
def test_what_a_project_imports_is_all_there(driver: str, tmp_path: Path) -> None:
    for name, text in rendering.fakes(driver).items():
        path = tmp_path / "fakes" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import fakes, pkgutil, importlib\n"
        "for name in fakes.__all__: getattr(fakes, name)\n"
        "for one in pkgutil.walk_packages(fakes.__path__, 'fakes.'): importlib.import_module(one.name)\n"
    )
    ran = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_the_files_are_short() -> None:
    lines = {path.relative_to(FOLDER): len(path.read_text().splitlines()) for path in FOLDER.rglob("*.py")}
    assert sum(count for path, count in lines.items() if path.parts[0] == "core") <= 350
    assert {
        str(path): count
        for path, count in lines.items()
        if path.parts[0] in (*DRIVERS, "mysql") and count > 200
    } == {}


def test_an_unknown_name_is_not_there() -> None:
    with pytest.raises(AttributeError, match="FakeNothing"):
        _ = package.FakeNothing  # type: ignore[attr-defined]


def family(kind: type) -> list[str]:
    return [each.__name__ for each in kind.__mro__ if each.__module__ != "builtins"]


@pytest.mark.parametrize("name", sorted(psqlpy_errors._PARENTS))
def test_stand_ins_for_psqlpys_errors_have_their_family(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = psqlpy.error(name)
    monkeypatch.setitem(sys.modules, "psqlpy", None)
    monkeypatch.setattr(psqlpy_errors, "_stand_ins", {"Exception": Exception})
    assert real is getattr(import_module("psqlpy.exceptions"), name)
    assert psqlpy.error(name) is not real
    assert family(psqlpy.error(name)) == family(real)


@pytest.mark.parametrize("name", sorted(asyncpg_errors._PARENTS))
def test_stand_ins_for_asyncpgs_errors_have_their_name(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = asyncpg.error(name)
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    monkeypatch.setattr(asyncpg_errors, "_stand_ins", {"Exception": Exception})
    stand_in = asyncpg.error(name)
    assert stand_in is not real
    assert set(family(stand_in)) <= set(family(real))
    assert getattr(stand_in, "sqlstate", None) == (
        getattr(real, "sqlstate", None) if name != "DataError" else None
    )


@pytest.mark.parametrize("name", sorted(psycopg_errors._KINDS))
def test_stand_ins_for_psycopgs_errors_have_their_family(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = psycopg.error(name)
    for module in ("psycopg", "psycopg_pool"):
        monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setattr(psycopg_errors, "_stand_ins", {"Exception": Exception})
    stand_in = psycopg.error(name)
    assert stand_in is not real
    assert set(family(stand_in)) <= set(family(real))
    assert getattr(stand_in, "sqlstate", None) == getattr(real, "sqlstate", None)
    assert str(psycopg.errors.deadlock()) == "deadlock detected"


@pytest.mark.parametrize("name", sorted(mysql_errors._KINDS))
@pytest.mark.parametrize("driver", [aiomysql, asyncmy])
def test_stand_ins_for_the_errors_of_mysql_have_their_family(
    driver: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = driver.error(name)
    stand_ins = mysql_errors.Classes("nothing.of_that_name")
    assert set(family(stand_ins(name))) == set(family(real))
    duplicate = MysqlErrors(stand_ins).unique_violation("users_email", key={"email": "ana@example.com"})
    assert type(duplicate) is stand_ins("IntegrityError")
    told = driver.errors.unique_violation("users_email", key={"email": "ana@example.com"})
    assert duplicate.args == told.args == (1062, "Duplicate entry 'ana@example.com' for key 'users_email'")
    assert getattr(duplicate, "sqlstate", None) == told.sqlstate == "23000"


@pytest.mark.asyncio
async def test_the_fakes_work_without_their_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psqlpy", None)
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    conn = psqlpy.FakeConnection()
    assert conn.__class__ is psqlpy.FakeConnection
    with pytest.raises(psqlpy.error("ConnectionExecuteError"), match="expected 1 parameters but got 0"):
        await conn.execute("SELECT $1", [])
    conn.close()
    with pytest.raises(psqlpy.error("ConnectionClosedError")):
        await conn.execute("SELECT 1")
    other = asyncpg.FakeConnection()
    assert asyncpg.FakeConnection in type(other).__mro__
    with pytest.raises(asyncpg.error("InterfaceError"), match="expects 1 argument"):
        await other.fetch("SELECT $1")
    with pytest.raises(asyncpg.error("NoActiveSQLTransactionError"), match="outside of a transaction"):
        await other.cursor("SELECT 1")
    for name in (
        "pymysql",
        "pymysql.err",
        "pymysql.converters",
        "asyncmy",
        "asyncmy.errors",
        "asyncmy.converters",
    ):
        monkeypatch.setitem(sys.modules, name, None)
    for driver in (aiomysql, asyncmy):
        cursor: Any = await driver.FakeConnection().cursor()
        written = [None, True, 1.5, 2, b"a", "it's", Decimal("1.50"), date(2026, 1, 2)]
        text = "NULL 1 1.5e0 2 _binary X'61' 'it\\'s' 1.50 '2026-01-02'"
        assert cursor.mogrify(" ".join(["%s"] * len(written)), written) == text
        with pytest.raises(driver.error("ProgrammingError"), match="nan can not be used"):
            await cursor.execute("SELECT %s", [float("nan")])
        with pytest.raises(TypeError, match="list can not be used"):
            await cursor.execute("SELECT %s", [[1]])
