"""verify --replay: what real servers say of recorded statements."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from .conftest import ROOT, Recorded, line, needs_mariadb, verify
from .statements import RIGHT, WRONG, spelled

DRIVERS = [
    "asyncpg",
    "psqlpy",
    "psycopg",
    pytest.param("aiomysql", marks=needs_mariadb),
    pytest.param("asyncmy", marks=needs_mariadb),
    "aiosqlite",
]


@pytest.mark.parametrize("driver", DRIVERS)
def test_each_wrong_statement_is_reported_and_no_right_one(
    driver: str, recorded: Recorded, postgres: str
) -> None:
    if driver != "aiosqlite":
        pytest.importorskip(driver)
    cases = [case for case in [*RIGHT, *WRONG] if driver not in case.not_on]
    record = recorded(
        [line(**spelled(case, driver), line=number) for number, case in enumerate(cases)],
    )
    server = ["--dsn", postgres] if driver in ("asyncpg", "psqlpy", "psycopg") else []
    schema = str(record.parent / "schema.sql")
    done = verify("--replay", str(record), "--schema", schema, "--output-format", "json", *server)
    assert done.code == 1, done.err
    assert done.data["statements"] == len(cases)
    found: dict[str, set[str]] = {case.name: set() for case in cases}
    for problem in done.data["problems"]:
        found[cases[problem["line"]].name].add(problem["kind"])
    assert found == {case.name: {case.kind} - {""} for case in cases}


def test_the_place_and_the_position_are_told(recorded: Recorded, postgres: str) -> None:
    record = recorded([line("SELECT id,\n       nick\nFROM users")])
    done = verify("--replay", str(record), "--schema", str(record.parent / "schema.sql"), "--dsn", postgres)
    assert done.code == 1
    lines = done.out.splitlines()
    told = next(number for number, text in enumerate(lines) if "rejected" in text)
    assert lines[told].startswith("src/dao.py:7: rejected: ")
    assert "tests/test_dao.py::test_it" in lines[told]
    assert lines[told + 1][lines[told + 2].index("^") :].startswith("nick")


@pytest.mark.parametrize("driver", ["asyncpg", "psqlpy", "psycopg"])
def test_names_and_definitions(driver: str, recorded: Recorded, postgres: str) -> None:
    statements = {
        "psqlpy": (
            "SELECT id FROM users WHERE id = $(id)p AND name = $(name)p",
            {"id": "int", "name": "str"},
        ),
        "psycopg": ("SELECT id FROM users WHERE name LIKE '%%a' AND id = %(id)s", {"id": "int"}),
    }
    statement, parameters = statements.get(driver, ("SELECT id FROM users WHERE id = $1", ["int"]))
    lines = [
        line(statement, parameters, driver=driver),
        line("CREATE TEMPORARY TABLE few (id integer)", driver=driver),
        line("SELECT id FROM few", driver=driver),
        line("LISTEN changes", driver=driver),
        line("CREATE INDEX CONCURRENTLY few_names ON users (name)", driver=driver),
    ]
    record = recorded(lines)
    schema = str(record.parent / "schema.sql")
    done = verify("--replay", str(record), "--schema", schema, "--dsn", postgres)
    assert (done.code, done.err) == (0, ""), done.out
    assert "5 statements, all taken" in done.out


def test_another_test_does_not_see_what_a_test_defines(recorded: Recorded, postgres: str) -> None:
    lines = [
        line("CREATE TABLE few (id integer)"),
        line("SELECT id FROM few", test="tests/test_b.py::test_b"),
    ]
    record = recorded(lines)
    done = verify("--replay", str(record), "--dsn", postgres, "--output-format", "json")
    assert [one["test"] for one in done.data["problems"]] == ["tests/test_b.py::test_b"]


def test_nothing_is_left_on_the_server(recorded: Recorded, postgres: str) -> None:
    record = recorded([line("SELECT id FROM users")])
    schema = str(record.parent / "schema.sql")
    assert verify("--replay", str(record), "--schema", schema, "--dsn", postgres).code == 0
    assert verify("--replay", str(record), "--dsn", postgres).code == 1

    async def names() -> list[str]:
        connection = await asyncpg.connect(postgres)
        try:
            return [row[0] for row in await connection.fetch("SELECT datname FROM pg_database")]
        finally:
            await connection.close()

    assert not [name for name in asyncio.run(names()) if "replay" in name]


def test_a_variable_names_the_server(recorded: Recorded, postgres: str) -> None:
    record = recorded([line("SELECT 1")])
    done = verify("--replay", str(record), ASYNC_TESTING_DSN=postgres)
    assert done.code == 0
    assert "of the --dsn" in done.out


def test_a_server_is_started_where_none_is_given(recorded: Recorded) -> None:
    record = recorded([line("SELECT id FROM users", driver="psycopg")])
    done = verify("--replay", str(record), "--schema", str(record.parent / "schema.sql"), "--embedded")
    assert done.code == 0, done.err
    assert "started for this" in done.out


def refusals() -> list[Any]:
    return [
        pytest.param(["--replay", "none.jsonl"], None, "no such file", id="no record"),
        pytest.param(["--replay", "."], None, "is a folder", id="a folder"),
        pytest.param(["--replay", "record.jsonl"], "", "holds no statement", id="an empty record"),
        pytest.param(["--replay", "record.jsonl"], "SELECT 1\n", "record.jsonl:1 is no line", id="no JSON"),
        pytest.param(["--replay", "record.jsonl"], '{"version": 9}\n', "of version 9", id="another version"),
        pytest.param(["--replay", "record.jsonl"], '{"version": 1}\n', "lacks a key", id="a key is missing"),
        pytest.param(
            ["--replay", "record.jsonl", "--dsn", "sqlite://"], "x", "postgresql://", id="another scheme"
        ),
        pytest.param(
            ["--replay", "record.jsonl", "--python", "none"], "x", "no such file", id="no interpreter"
        ),
        pytest.param(
            ["--replay", "record.jsonl", "--schema", "none.sql"], None, "no such file", id="no schema"
        ),
        pytest.param(
            ["--replay", "record.jsonl", "--dsn", "postgresql://nobody@127.0.0.1:1/x"],
            None,
            "look at the --dsn",
            id="no server there",
        ),
        pytest.param(
            ["--replay", "record.jsonl", "--schema", "wrong.sql", "--embedded"],
            None,
            "does not take wrong.sql",
            id="a wrong schema",
        ),
        pytest.param(
            ["--replay", "record.jsonl", "--dsn", "x", "--embedded"], None, "give one of them", id="both"
        ),
        pytest.param([], None, "no test file", id="nothing asked"),
    ]


@pytest.mark.parametrize(("arguments", "text", "told"), refusals())
def test_bad_input_is_one_line_and_exit_code_2(
    arguments: list[str], text: str | None, told: str, tmp_path: Path
) -> None:
    record = json.dumps(line("SELECT 1")) + "\n" if text is None else text
    (tmp_path / "record.jsonl").write_text(record)
    (tmp_path / "wrong.sql").write_text("CREATE TABEL x ();")
    done = verify(*arguments, cwd=tmp_path)
    assert done.code == 2
    assert done.out == ""
    assert told in done.err
    assert done.err.count("\n") == 1


def test_what_the_fakes_record_of_an_example_is_taken(tmp_path: Path, postgres: str) -> None:
    record = tmp_path / "record.jsonl"
    example = ROOT / "examples" / "users"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not integration"]
    ran = subprocess.run(
        [*command, "tests/test_user_dao.py"],
        cwd=example,
        capture_output=True,
        text=True,
        env={"PATH": "", "ASYNC_TESTING_RECORD": str(record), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert ran.returncode == 0, ran.stdout
    told = [json.loads(text) for text in record.read_text().splitlines()]
    assert {one["driver"] for one in told} == {"psqlpy"}
    assert all(one["path"].startswith("src/") and one["line"] for one in told)
    done = verify("--replay", str(record), "--schema", str(example / "schema.sql"), "--dsn", postgres)
    assert done.code == 0, done.out

    schema = tmp_path / "schema.sql"
    schema.write_text((example / "schema.sql").read_text().replace("cpf", "tax_number"))
    done = verify("--replay", str(record), "--schema", str(schema), "--dsn", postgres)
    assert done.code == 1
    assert 'column "cpf"' in done.out


def test_a_url_of_a_database_is_only_used_as_a_server(recorded: Recorded, postgres: str) -> None:
    """The tables of the database in the URL are neither seen nor changed."""

    async def run(statement: str) -> None:
        connection = await asyncpg.connect(postgres)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(run("CREATE TABLE mine (id integer)"))
    try:
        record = recorded([line("SELECT id FROM mine"), line("DROP TABLE mine", test="b")])
        done = verify("--replay", str(record), "--dsn", postgres, "--output-format", "json")
        assert {one["kind"] for one in done.data["problems"]} == {"rejected"}
        asyncio.run(run("SELECT id FROM mine"))
    finally:
        asyncio.run(run("DROP TABLE mine"))


SENDING = """\
import asyncio, sys
sys.path[:0] = [{scripts!r}, "site-packages"]
from async_testing.templates.fakes.asyncpg import FakeConnection
import adapter

async def mine():
    await adapter.run(FakeConnection(), "SELECT 1")

asyncio.run(mine())
"""


def test_the_line_is_the_projects_own_and_not_that_of_a_package_between(tmp_path: Path) -> None:
    (tmp_path / "site-packages").mkdir()
    (tmp_path / "site-packages/adapter.py").write_text(
        "async def run(connection, statement):\n    return await connection.fetch(statement)\n"
    )
    (tmp_path / "mine.py").write_text(SENDING.format(scripts=str(ROOT / "scripts")))
    environment = {**os.environ, "ASYNC_TESTING_RECORD": str(tmp_path / "record.jsonl")}
    subprocess.run([sys.executable, "mine.py"], cwd=tmp_path, env=environment, check=True)
    (told,) = map(json.loads, (tmp_path / "record.jsonl").read_text().splitlines())
    assert (told["path"], told["line"]) == ("mine.py", 7)
