"""What comes from other libraries is replaced where the code looks it up; what the code does with it is asserted."""

from __future__ import annotations

import pytest

from tests.plan_write.conftest import Project

CLIENT = """import httpx


class WeatherService:
    async def today(self, city: str) -> str:
        async with httpx.AsyncClient(timeout=5) as client:
            response = await client.get("https://weather.example.com", params={"city": city})
        if response.status_code == 404:
            raise LookupError(city)
        return response.json()["sky"].upper()
"""
GLOBAL = """import shutil
import sqlite3

store = sqlite3.connect(":memory:")


async def keep(name: str, times: int) -> bool:
    found = store.execute("SELECT 1 FROM kept WHERE name = ?", (name,)).fetchone()
    if found is None:
        return False
    for _ in range(times):
        shutil.copy(name, f"{name}.bak")
    return True
"""
INHERITED = """import httpx


class Api(httpx.AsyncClient):
    async def name_of(self, number: int) -> str:
        answer = await self.get(f"/names/{number}")
        answer.raise_for_status()
        return answer.text
"""
HANDED_IN = """from fastapi import Request, UploadFile


async def size_of(upload: UploadFile) -> int:
    try:
        return len(await upload.read())
    finally:
        await upload.close()


async def is_from_home(request: Request) -> bool:
    return request.headers["x-from"] == "home"
"""

FAILING = """import httpx2


class Away(Exception):
    pass


async def sky(client: httpx2.AsyncClient) -> str:
    try:
        return (await client.get("/sky")).text
    except httpx2.TransportError as error:
        raise Away("no sky") from error
"""


CLOSING = """import threading

local = threading.local()


async def close() -> bool:
    if local.client is None:
        return False
    try:
        await local.client.aclose()
    finally:
        local.client = None
    return True
"""


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        (
            CLIENT,
            (
                ("timeout=5", "timeout=6"),
                ("weather.example", "whether.example"),
                ('{"city": city}', "{}"),
                ("== 404", "== 405"),
                ('["sky"]', '["sea"]'),
                (".upper()", ""),
            ),
        ),
        (
            GLOBAL,
            (
                ("name = ?", "name > ?"),
                ("(name,)", "()"),
                ("return False", "return True"),
                ("is None", "is not None"),
                (".bak", ".old"),
                ("range(times)", "range(1)"),
            ),
        ),
        (
            INHERITED,
            (("/names/", "/name/"), ("answer.raise_for_status()", "pass"), ("answer.text", "answer.content")),
        ),
        (HANDED_IN, (("await upload.close()", "pass"), ('"home"', '"work"'), ("x-from", "x-to"))),
        (FAILING, (("TransportError", "HTTPStatusError"), ("no sky", "sky"), (" from error", ""))),
        (
            CLOSING,
            (("await local.client.aclose()", "pass"), ("= None", "= 1"), ("return True", "return None")),
        ),
    ],
    ids=["client", "module", "inherited", "handed-in", "failing", "closing"],
)
def test_the_tests_pass_and_notice_each_change(
    project: Project, text: str, changes: tuple[tuple[str, str], ...]
) -> None:
    project.write("things_service.py", text)

    result = project.plan("things_service.py", "--write")

    assert result.code == 0, result.err
    assert "skipped" not in result.out
    name = result.out.split(" written to ")[1].split()[0].rstrip(",")
    assert project.pytest(name).code == 0
    for before, after in changes:
        project.write("things_service.py", text.replace(before, after))
        assert project.pytest(name).code == 1, after


def test_names_are_replaced_in_the_module_that_looks_them_up(project: Project) -> None:
    project.write("things_service.py", CLIENT)

    project.plan("things_service.py", "--write")

    assert 'monkeypatch.setattr("things_service.httpx.AsyncClient", ' in project.read(
        "tests/test_things_service.py"
    )


def test_nothing_is_replaced_that_pytest_needs(project: Project) -> None:
    project.write("clock_service.py", "import os\n\n\nasync def who() -> str:\n    return os.getlogin()\n")

    result = project.plan("clock_service.py", "--write")

    assert "1 of them skipped" in result.out
    assert "monkeypatch" not in project.read("tests/test_clock_service.py")


def test_a_package_named_as_a_library_is_not_taken_for_it(project: Project) -> None:
    for folder in ("core", "core/httpx"):
        project.write(f"{folder}/__init__.py", "")
    project.write("core/things.py", CLIENT)

    result = project.plan("core/things.py", "--write")

    name = result.out.split(" written to ")[1].split()[0].rstrip(",")
    assert 'monkeypatch.setattr("core.things.httpx.AsyncClient", ' in project.read(name)
    assert project.pytest(name).code == 0
