"""Where tests are written, what is never overwritten, and what is added to a file that exists."""

from __future__ import annotations

import pytest

from tests.plan_write.conftest import Project

SERVICE = """
class Mailer:
    async def send(self, address: str, text: str) -> bool:
        return True


class GreetingService:
    def __init__(self, mailer: Mailer) -> None:
        self.mailer = mailer

    async def greet(self, address: str, name: str) -> str:
        if not await self.mailer.send(address, f"Hello {name}"):
            raise RuntimeError("not sent")
        return name.upper()
"""


@pytest.fixture
def greeting(project: Project) -> Project:
    """A project with one service."""
    project.write("greeting_service.py", SERVICE)
    return project


def test_an_existing_file_is_left_alone(greeting: Project) -> None:
    greeting.write("tests/test_greeting_service.py", "# mine\n")

    result = greeting.plan("greeting_service.py", "--write")

    assert (result.code, result.out) == (2, "")
    assert "--append" in result.err
    assert result.err.count("\n") == 1
    assert greeting.read("tests/test_greeting_service.py") == "# mine\n"


def test_append_adds_what_is_missing_behind_what_is_there(greeting: Project) -> None:
    greeting.plan("greeting_service.py", "--write")
    whole = greeting.read("tests/test_greeting_service.py")
    kept, _, _ = whole.rpartition("\n\n\n@pytest.mark.asyncio\n")
    greeting.write("tests/test_greeting_service.py", kept + "\n")

    result = greeting.plan("greeting_service.py", "--write", "--append")

    text = greeting.read("tests/test_greeting_service.py")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("1 tests added to tests/test_greeting_service.py")
    assert text.startswith(kept + "\n")
    assert text.count("async def test_") == whole.count("async def test_")
    assert greeting.pytest("tests").code == 0


def test_append_to_a_whole_file_has_nothing_to_add(greeting: Project) -> None:
    greeting.plan("greeting_service.py", "--write")
    before = greeting.read("tests/test_greeting_service.py")

    result = greeting.plan("greeting_service.py", "--write", "--append")

    assert (result.code, result.out) == (2, "")
    assert greeting.read("tests/test_greeting_service.py") == before


def test_append_keeps_the_line_ends_of_the_file(greeting: Project) -> None:
    path = greeting.root / "tests" / "test_greeting_service.py"
    path.write_bytes(b'"""Mine."""\r\n\r\nimport os\r\n')

    assert greeting.plan("greeting_service.py", "--write", "--append").code == 0

    assert path.read_bytes().startswith(b'"""Mine."""\r\n\r\nimport os\r\n')
    assert b"\n" not in path.read_bytes().replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "arguments",
    [
        ["greeting_service.py", "--append"],
        ["greeting_service.py", "--exact-sql"],
        ["--project", "--write"],
        ["greeting_service.py", "--write", "--output-format", "json"],
    ],
)
def test_options_that_do_not_go_together_are_refused(greeting: Project, arguments: list[str]) -> None:
    result = greeting.plan(*arguments)

    assert (result.code, result.out) == (2, "")
    assert result.err.count("\n") == 1


def test_a_file_that_does_not_parse_is_not_added_to(greeting: Project) -> None:
    greeting.write("tests/test_greeting_service.py", "def broken(:\n")

    result = greeting.plan("greeting_service.py", "--write", "--append")

    assert result.code == 2
    assert "cannot parse it" in result.err


def test_the_code_is_not_imported(project: Project) -> None:
    project.write("greeting_service.py", f"open('trace', 'w').close()\n{SERVICE}")

    assert project.plan("greeting_service.py", "--write").code == 0

    assert not (project.root / "trace").exists()


def test_quotes_width_and_mode_are_the_project_s_own(greeting: Project) -> None:
    config = greeting.read("pyproject.toml").replace('"strict"', '"auto"').replace("100", "70")
    greeting.write("pyproject.toml", f'{config}\n[tool.ruff.format]\nquote-style = "single"\n')

    greeting.plan("greeting_service.py", "--write")

    text = greeting.read("tests/test_greeting_service.py")
    assert "pytest.mark.asyncio" not in text
    assert max(map(len, text.splitlines())) <= 90
    assert "'address-" in text
    assert '"address-' not in text
    assert greeting.pytest("tests").code == 0


def test_a_text_that_says_for_is_no_comprehension_where_a_line_is_broken(project: Project) -> None:
    project.write(
        "limits_service.py",
        "async def limit_of(text: str) -> int:\n"
        "    if not text.isdigit():\n"
        "        raise ValueError(f'this is a limit that is of no use for whoever has to count with it: {text}')\n"
        "    return int(text)\n",
    )

    assert project.plan("limits_service.py", "--write").code == 0

    result = project.pytest("tests")
    assert result.code == 0, result.out
    assert "no use for whoever" in project.read("tests/test_limits_service.py")
