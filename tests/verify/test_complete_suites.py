"""Whole suites in which ways are looked for: sessions, fixtures of a wider scope, options of other plugins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verify.commanding import Shop


def test_lines_after_an_await_on_an_async_session_are_seen(tmp_path: Path) -> None:
    pytest.importorskip("aiosqlite")
    pytest.importorskip("greenlet")
    shop = Shop(tmp_path)
    shop.write(
        "src/dao.py",
        """
        from sqlalchemy import event, text


        async def names(session):
            found = await session.execute(text("SELECT 1 UNION SELECT 2"))
            rows = found.scalars().all()
            if not rows:
                raise LookupError("none")
            await session.commit()
            return sorted(rows)


        def watch(engine, seen):
            @event.listens_for(engine.sync_engine, "connect")
            def connected(connection, record):
                seen.append("connected")
                cursor = connection.cursor()
                cursor.execute("PRAGMA foreign_keys=ON")
                cursor.close()
        """,
    )
    shop.write(
        "tests/test_dao.py",
        """
        import asyncio

        from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

        from src.dao import names, watch


        def test_names():
            async def main():
                seen = []
                engine = create_async_engine("sqlite+aiosqlite://")
                watch(engine, seen)
                async with AsyncSession(engine) as session:
                    found = await names(session)
                await engine.dispose()
                return found, seen

            assert asyncio.run(main()) == ([1, 2], ["connected"])
        """,
    )
    done = shop.told("tests/test_dao.py", "--module", "src/dao.py", "--only", "complete", "--no-cache")
    (figures,) = done.data["coverage"]
    assert figures["missing_lines"] == [9]
    assert [one["about"] for one in done.data["gaps"]] == ["not rows -> LookupError never provoked"]


def test_a_complete_suite_passes(tmp_path: Path) -> None:
    done = Shop(tmp_path).told("tests/test_shop.py", "--only", "complete", "--no-cache")
    assert (done.code, done.states) == (0, {"green": "passed", "complete": "passed"})
    assert done.data["modules"] == ["src/shop.py"]


def test_a_module_that_no_test_imports_is_told(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.write("src/other.py", "def one():\n    return 1\n")
    done = shop.told("tests/test_shop.py", "--module", "src/other.py", "--only", "complete", "--no-cache")
    assert [one["about"] for one in done.data["gaps"]] == ["no test imports it"]


def test_a_fixture_of_a_wider_scope_belongs_to_all_its_tests(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.write(
        "src/shop.py",
        """
        def opened():
            return {"open": True}


        def closed(place):
            place["open"] = False


        def other():
            return 3
        """,
    )
    shop.write(
        "tests/test_shop.py",
        """
        import pytest

        from src.shop import closed, opened, other


        @pytest.fixture(scope="module")
        def place():
            made = opened()
            yield made
            closed(made)


        def test_first(place): assert place["open"]
        def test_second(place): assert place["open"]
        def test_third(): assert other() == 3
        """,
    )
    done = shop.told("tests/test_shop.py", "--only", "complete,mutants", "--no-cache")
    names = [one["name"].rpartition("::")[2] for one in done.data["tests"]]
    covering = {
        one["mutant"]["scope"]: {names[each] for each in one["covering"]}
        for one in done.data["mutants"]
        if one["mutant"]["line"] in (3, 7, 11)
    }
    assert covering == {
        "opened": {"test_first", "test_second"},
        "closed": {"test_first", "test_second"},
        "other": {"test_third"},
    }


def test_options_of_pytest_cov_are_taken_back(tmp_path: Path) -> None:
    pytest.importorskip("pytest_cov")
    shop = Shop(tmp_path)
    shop.write(
        "pyproject.toml",
        """
        [tool.pytest.ini_options]
        pythonpath = ["."]
        addopts = ["--cov=src", "--cov-fail-under=100", "--cov-report=html", "-x"]
        """,
    )
    before = shop.files()
    done = shop.told("tests/test_shop.py::test_total", "--module", "src/shop.py", "--only", "complete")
    assert done.states == {"green": "passed", "complete": "failed"}
    assert shop.files() == before


def test_options_of_xdist_are_taken_back(tmp_path: Path) -> None:
    pytest.importorskip("xdist")
    shop = Shop(tmp_path)
    shop.change("pyproject.toml", 'pythonpath = ["."]', 'pythonpath = ["."]\naddopts = ["-n", "2"]')
    done = shop.told("tests/test_shop.py", "--only", "complete", "--no-cache")
    assert (done.code, done.states["complete"]) == (0, "passed")
