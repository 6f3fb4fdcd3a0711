"""Offsets are exact wherever a string or an expression stands, and what is no behaviour is left alone."""

from __future__ import annotations

import pytest
from async_testing.mutants import edits, operators, registry
from async_testing.mutants.literals import HOLE
from async_testing.mutants.making import mutants
from async_testing.mutants.source import Source
from async_testing.mutants.sql import Block

OPERATORS = registry.load(operators)


def outcomes(text: str, *names: str) -> list[str]:
    source = Source("example.py", text)
    chosen = [operator for operator in OPERATORS if not names or operator.name in names]
    return [mutant.text for mutant in mutants([source], chosen)]


@pytest.mark.parametrize(
    ("code", "value"),
    [
        (r"'a\n\x41\u00e9\N{BULLET}\101'", "a\nA\u00e9\u2022A"),
        (r"r'\d' 'e'", r"\de"),
        ("'a' # one\n 'b'", "ab"),
        ("f'{a}{{b}} {c[\"}\"]!r:>{width}}'", f"{HOLE}{{b}} {HOLE}"),
        ("'''a\\\n b'''", "a b"),
        ("'é' f'{a}ü'", f"é{HOLE}ü"),
    ],
)
def test_a_literal_is_read_as_python_reads_it(code: str, value: str) -> None:
    literal = Source("example.py", f"x = ({code})").literals[0]
    assert literal.text == value


@pytest.mark.parametrize(
    ("code", "after"),
    [
        ("'SELECT a FROM b WHE' 'RE c = d'", "'SELECT a FROM b WHE' 'RE c <> d'"),
        ("f'SELECT {x} FROM b WHERE c = d'", "f'SELECT {x} FROM b WHERE c <> d'"),
        ("'SELECT \"é\" FROM b WHERE c = d'", "'SELECT \"é\" FROM b WHERE c <> d'"),
        ("'SELECT a FROM b WHERE c <' '= d'", "'SELECT a FROM b WHERE c <' ' d'"),
        ('\'SELECT a FROM "b" WHERE "c"=d\'', '\'SELECT a FROM "b" WHERE "c"<>d\''),
        ('"SELECT a FROM \\"b\\" WHERE c=d"', '"SELECT a FROM \\"b\\" WHERE c<>d"'),
    ],
)
def test_sql_is_changed_where_it_is_written(code: str, after: str) -> None:
    assert outcomes(f"x = {code}", "sql-comparison") == [f"x = {after}"]


def test_an_expression_in_an_f_string_of_several_lines_is_found() -> None:
    before = 'def f(a):\n    return f"""\n    é {len(a) - 1}\n    {a +\n 2}"""\n'
    assert outcomes(before, "arithmetic") == [before.replace("- 1", "+ 1"), before.replace("a +", "a -")]


def test_a_file_of_sql_is_read_by_statements() -> None:
    text = "CREATE TABLE a (id int);\n-- name: one\nSELECT id FROM a WHERE id = $1;\nDELETE FROM a;\n"
    found = mutants([Source("queries.sql", text)], OPERATORS)
    assert {mutant.operator for mutant in found} == {"sql-where", "sql-comparison"}
    assert text.replace("id = $1", "id = $1 OR TRUE") in [mutant.text for mutant in found]


def blocks(text: str) -> list[Block]:
    return Source("example.py", f"x = '''{text}'''").blocks


def test_subqueries_and_unions_are_blocks_of_their_own() -> None:
    found = blocks(
        "WITH x AS (SELECT a FROM b WHERE c = 1) SELECT d FROM x UNION SELECT e FROM f WHERE g = 2"
    )
    assert [[clause.name for clause in block.clauses] for block in found] == [
        ["select", "from", "where"],
        ["select", "from"],
        ["select", "from", "where"],
    ]


def test_an_upsert_is_one_block() -> None:
    (block,) = blocks(
        "INSERT INTO a (b) VALUES ($1) ON CONFLICT (b) DO UPDATE SET b = EXCLUDED.b RETURNING id"
    )
    names = [clause.name for clause in block.clauses]
    assert names == ["insert into", "values", "on conflict", "do update", "set", "returning"]


@pytest.mark.parametrize(
    "text",
    ["Select a user from the list", "Update the users", "limits", "a, b", "a=b", "a = b", "x=1", "to :c"],
)
def test_prose_is_no_sql(text: str) -> None:
    assert blocks(text) == []


@pytest.mark.parametrize(
    "text",
    [
        '"""Doc 1."""\n__all__ = ["a"]\n',
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\n    b = 1\n",
        'class A:\n    """Doc."""\n\n    def __repr__(self):\n        return f"A {1 + 1}"\n',
        'import logging\nlogger = logging.getLogger("a")\nlogger.info("started %s", 1)\n',
        "class A(Protocol):\n    b: int = 1\n",
        'T = TypeVar("T", bound="A")\n',
        "class App(BaseSettings):\n    pool_size: int = 5\n    url: str = 'a'\n",
        "class Row(Base):\n    __tablename__ = 'rows'\n    __mapper_args__: ClassVar = x\n",
        "index = Index('a', unique=True, postgresql_where=text('a IS NULL'))\n",
        "try:\n    import zstd\nexcept ImportError as error:\n    raise Missing('zstd', extra=1) from error\n",
        "def f(app, a: int = Query(description='a', examples=[1, 2])): ...\n",
        "def f():\n    sentry_sdk.capture_exception(error)\n    with tracer.span('a'): ...\n",
        "def f(timeout=5, *, chunk_size=1): ...\nengine = create(pool_size=5)\n",
        'def f(a: Literal["b", "c"]) -> "D": ...\n',
        'if __name__ == "__main__":\n    main()\n',
    ],
)
def test_what_is_no_behaviour_is_left_alone(text: str) -> None:
    assert outcomes(text) == []


def test_metadata_of_annotated_is_behaviour() -> None:
    assert "def f(a: Annotated[int, Field(ge=2)]): ..." in outcomes(
        "def f(a: Annotated[int, Field(ge=1)]): ..."
    )


def test_a_mutant_that_does_not_compile_is_not_counted() -> None:
    assert outcomes("def f(a):\n    for b in a:\n        pass\n    break_ = 1", "loop") == []
    source = Source("example.py", "x = 1")
    broken = registry.Operator("broken", "", lambda _: [(edits.Edit(0, 1, "def"),)], {})
    assert mutants([source], [broken]) == []


def test_the_same_text_counts_once() -> None:
    found = outcomes("async def f(c):\n    await c.commit()\n", "transaction-ending", "await-skipped")
    assert found == ["async def f(c):\n    pass\n"]
