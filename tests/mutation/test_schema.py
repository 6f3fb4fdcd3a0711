"""Bugs in SQL name what the project's own files define, wherever and however they define it."""

from __future__ import annotations

from pathlib import Path

import pytest
from async_testing.mutants import operators, registry
from async_testing.mutants.making import mutants, read_sources
from async_testing.mutants.source import Source

OPERATORS = registry.load(operators)
QUERY = 'Q = "SELECT id FROM users WHERE email = $1"\n'


def written(text: str, *names: str, path: str = "example.py") -> list[str]:
    """Return what the operators of these names make of a file."""
    chosen = [operator for operator in OPERATORS if operator.name in names]
    return [mutant.text for mutant in mutants([Source(path, text)], chosen)]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("schema.sql", "CREATE TABLE IF NOT EXISTS users (id int, email text, nick varchar(9), n int);"),
        (
            "schema.sql",
            "-- all (\ncreate table public.users (\n`id` int, `email` text, `nick` text) ENGINE=x;",
        ),
        (
            "model.py",
            "class A(B):\n __tablename__ = 'users'\n email = Column(String)\n nick = Column(Text)\n",
        ),
        ("model.py", "class Users(SQLModel, table=True):\n email: str = Field()\n nick: str | None = None\n"),
        ("model.py", "class users(B):\n email: Mapped[str]\n nick: Mapped[str | None] = mapped_column()\n"),
        ("env.py", "op.create_table('users', sa.Column('email', sa.Text), sa.Column('nick', sa.String(9)))"),
        ("tables.py", "users = Table('users', m, Column('email', Text), Column('nick', Text), *more())"),
    ],
)
def test_columns_are_found_where_a_project_defines_them(tmp_path: Path, path: str, text: str) -> None:
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / path).write_text(text)
    (tmp_path / "dao.py").write_text(QUERY)
    (column,) = (operator for operator in OPERATORS if operator.name == "sql-column")
    made = mutants(read_sources(tmp_path, "dao.py"), [column])
    assert [mutant.after for mutant in made] == [QUERY.strip().replace("email", "nick")]
    assert made[0].hint == "assert that the statement's WHERE has email, not nick"


@pytest.mark.parametrize("folder", ["tests", ".venv/lib", "node_modules"])
def test_what_is_not_the_projects_own_is_not_read(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / "a.sql").write_text("CREATE TABLE users (id int, email text, nick text);")
    (tmp_path / "dao.py").write_text(QUERY)
    (column,) = (operator for operator in OPERATORS if operator.name == "sql-column")
    assert mutants(read_sources(tmp_path, "dao.py"), [column]) == []


def test_a_file_that_cannot_be_read_defines_nothing(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("__tablename__ = (")
    (tmp_path / "latin.sql").write_bytes(b"CREATE TABLE users (id int, caf\xe9 text);")
    (tmp_path / "dao.py").write_text(QUERY)
    (source,) = read_sources(tmp_path, "dao.py")
    assert [table.is_guessed for table in source.schema.tables.values()] == [True]


def test_types_are_kept_apart() -> None:
    text = (
        'D = "CREATE TABLE a (id bigint, n int, at timestamptz, on_ date)"\nQ = "UPDATE a SET at = now()"\n'
    )
    assert written(text + 'R = "DELETE FROM a WHERE id = $1"\n', "sql-column") == [
        text + 'R = "DELETE FROM a WHERE n = $1"\n'
    ]


def test_a_column_of_a_subquery_is_one_of_its_own_table() -> None:
    text = (
        "CREATE TABLE a (id int, x int); CREATE TABLE b (id int, y int);\n"
        "SELECT id FROM a WHERE x IN (SELECT y FROM b WHERE id = :id);\n"
    )
    assert written(text, "sql-column", path="queries.sql") == [
        text.replace("WHERE x", "WHERE id"),
        text.replace("WHERE id =", "WHERE y ="),
    ]


@pytest.mark.parametrize(
    ("call", "after"),
    [
        ('execute("UPDATE a SET b = %s WHERE c = %s", (x, y))', 'execute("UPDATE a SET b = %s", (x,))'),
        ('execute("UPDATE a SET b = ? WHERE c = ?", [x, y])', 'execute("UPDATE a SET b = ?", [x])'),
        ('execute("UPDATE a SET b = $2 WHERE c = $1", x, y)', 'execute("UPDATE a SET b = $1", y)'),
        ('fetch("UPDATE a SET b = $1 WHERE c = $1", x)', 'fetch("UPDATE a SET b = $1", x)'),
        ('execute("UPDATE a SET b = :b WHERE c = :c", {"b": x})', 'execute("UPDATE a SET b = :b", {"b": x})'),
        (
            'executemany("UPDATE a SET b = $1 WHERE c = $2", [(r.b, r.c) for r in rows])',
            'executemany("UPDATE a SET b = $1", [(r.b,) for r in rows])',
        ),
        (
            'execute("UPDATE a SET b = $1 WHERE c = $2", *xs)',
            'execute("UPDATE a SET b = $1 WHERE c = $2 OR TRUE", *xs)',
        ),
        (
            'execute(f"UPDATE a SET {b} WHERE c = %s", (x, y))',
            'execute(f"UPDATE a SET {b} WHERE c = %s OR TRUE", (x, y))',
        ),
    ],
)
def test_what_goes_takes_its_parameters_along(call: str, after: str) -> None:
    before = "async def f(c, x, y, rows, xs):\n    await c."
    assert written(f"{before}{call}", "sql-where")[0] == f"{before}{after}"


def test_a_statement_of_two_calls_keeps_its_parameters() -> None:
    text = (
        'async def f(c, x):\n    q = "SELECT a FROM b WHERE d = $1"\n'
        "    await c.fetch(q, x)\n    await c.fetch(q, 1)"
    )
    assert written(text, "sql-where") == [text.replace("$1", "$1 OR TRUE")]


def test_migrations_are_no_code_to_plant_bugs_in_unless_named(tmp_path: Path) -> None:
    (tmp_path / "app" / "migrations").mkdir(parents=True)
    (tmp_path / "app" / "migrations" / "one.sql").write_text("INSERT INTO a (b) VALUES (1);")
    (tmp_path / "app" / "dao.py").write_text(QUERY)
    assert [source.path for source in read_sources(tmp_path, "app")] == ["app/dao.py"]
    assert [source.path for source in read_sources(tmp_path, "app/migrations")] == ["app/migrations/one.sql"]
