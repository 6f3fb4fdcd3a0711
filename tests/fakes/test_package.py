"""The package as it lands in somebody's project: quick to import, whole for each driver, typed."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from async_testing.templates import fakes as package
from async_testing.templates.fakes import asyncpg, psqlpy
from async_testing.templates.fakes.asyncpg import exceptions as asyncpg_errors
from async_testing.templates.fakes.psqlpy import exceptions as psqlpy_errors

FOLDER = Path(package.__file__).parent
EXPORTED = ["FakeConnection", "FakePool", "FakeRecord", "FakeTransaction", "FakeTransactionContext"]


def imported(statement: str) -> set[str]:
    """What is loaded by an interpreter of its own that runs a statement beyond what it starts with."""
    code = f"import sys; before = set(sys.modules); {statement}; print(*sorted(set(sys.modules) - before))"
    run = [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(FOLDER.parent)!r}); {code}"]
    return set(subprocess.run(run, capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize("module", ["fakes", "fakes.asyncpg"])
def test_only_the_standard_library_is_imported(module: str) -> None:
    loaded = {name.partition(".")[0] for name in imported(f"import {module}")}
    assert loaded - {"fakes"} <= sys.stdlib_module_names


@pytest.mark.parametrize("module", ["fakes", "fakes.asyncpg"])
def test_nothing_slow_is_imported(module: str) -> None:
    assert not {"asyncio", "unittest", "psqlpy", "asyncpg", "pytest"} & imported(f"import {module}")


@pytest.mark.parametrize("driver", [psqlpy, asyncpg])
def test_every_driver_has_the_same_names(driver: object) -> None:
    assert all(hasattr(driver, name) for name in EXPORTED)
    assert set(EXPORTED) <= set(package.__all__)
    assert all(hasattr(package, name) for name in package.__all__)


def test_a_driver_needs_no_file_of_another() -> None:
    for path in FOLDER.glob("*.py"):
        driver = path.stem.partition("_")[0]
        text = path.read_text(encoding="utf-8")
        if driver in ("psqlpy", "asyncpg"):
            other = {"psqlpy": "asyncpg", "asyncpg": "psqlpy"}[driver]
            assert f"from .{other}" not in text, path.name
        elif path.stem != "__init__":
            assert "from .psqlpy" not in text, path.name
            assert "from .asyncpg" not in text, path.name


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


@pytest.mark.asyncio
async def test_the_fakes_work_without_their_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psqlpy", None)
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    conn = psqlpy.FakeConnection()
    with pytest.raises(psqlpy.error("ConnectionExecuteError"), match="expected 1 parameters but got 0"):
        await conn.execute("SELECT $1", [])
    conn.close()
    with pytest.raises(psqlpy.error("ConnectionClosedError")):
        await conn.execute("SELECT 1")
    other = asyncpg.FakeConnection()
    with pytest.raises(asyncpg.error("InterfaceError"), match="expects 1 argument"):
        await other.fetch("SELECT $1")
    with pytest.raises(asyncpg.error("NoActiveSQLTransactionError"), match="outside of a transaction"):
        await other.cursor("SELECT 1")
