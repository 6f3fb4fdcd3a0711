"""What a finding says is true of the code, and what it advises would not do harm."""

from __future__ import annotations

import pytest
from async_testing import rules

from .casefile import DEFAULT
from .conftest import Examine

RULES = {rule.code: rule for rule in rules.load()}
APP = """from fastapi import FastAPI


async def lifespan(app):
    yield


app = FastAPI(lifespan=lifespan)
"""


@pytest.mark.parametrize(
    ("code", "path", "text", "said"),
    [
        pytest.param(
            "AT503",
            DEFAULT,
            ("async def test_all(dao) -> None:\n    async for row in dao.stream():\n        assert row.id\n"),
            "items = [one async for one in dao.stream()]",
            id="a generator has no length",
        ),
        pytest.param(
            "AT518",
            DEFAULT,
            (
                "async def test_bad(read) -> None:\n"
                "    try:\n"
                "        await read('x')\n"
                "    except Exception:\n"
                "        pass\n"
            ),
            "the very exception",
            id="no advice that another rule forbids",
        ),
        pytest.param(
            "AT536",
            DEFAULT,
            (
                "import pytest\n"
                "\n"
                "\n"
                "@pytest.mark.parametrize(('a', 'b'), [(1, 2), (2, 3)])\n"
                "async def test_one(load, a, b) -> None:\n"
                "    assert await load(a) == a\n"
            ),
            "no case depends on it",
            id="cases that differ otherwise are not the same",
        ),
        pytest.param(
            "AT538",
            DEFAULT,
            (
                "async def test_quiet(login, caplog) -> None:\n"
                "    await login()\n"
                "    assert 'secret' not in caplog.text\n"
            ),
            "no info or debug message is recorded",
            id="what is not recorded is named",
        ),
        pytest.param(
            "AT404",
            DEFAULT,
            (
                "from app.main import app\n"
                "from httpx import ASGITransport\n"
                "\n"
                "\n"
                "def test_one() -> None:\n"
                "    assert ASGITransport(app=app)\n"
                "    assert ASGITransport(app=app)\n"
            ),
            "here and in 1 more of this file",
            id="clients of one application are counted",
        ),
        pytest.param(
            "AT702",
            "tests/test_user_repository.py",
            (
                "from unittest.mock import AsyncMock\n"
                "\n"
                "from app.repository import find\n"
                "\n"
                "\n"
                "async def test_find() -> None:\n"
                "    session = AsyncMock()\n"
                "    session.scalars.return_value = []\n"
                "    assert await find(session) == []\n"
            ),
            "str(session.scalars.await_args.args[0])",
            id="statements of SQLAlchemy are not equal to each other",
        ),
    ],
)
def test_words(code: str, path: str, text: str, said: str, examined: Examine) -> None:
    files = {"app/main.py": APP, path: text}
    (found,) = examined(files, [RULES[code]])
    assert said in f"{found.message} {found.instead}"
