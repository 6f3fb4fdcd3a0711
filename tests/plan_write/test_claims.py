"""Claims that a test can hold: names that can be written, keys that can be looked up, errors that can be made."""

from __future__ import annotations

from tests.plan_write.conftest import Project


def _passes(project: Project, path: str, name: str) -> str:
    result = project.plan(path, "--write")
    assert result.code == 0, result.err
    ran = project.pytest(name)
    assert ran.code == 0, ran.out
    return project.read(name)


def test_the_calls_of_a_mock_in_a_mock_are_not_its_own(project: Project) -> None:
    project.write(
        "notes_service.py",
        "class Notes:\n    async def create(self, title: str) -> int:\n        raise NotImplementedError\n\n\n"
        "class Unit:\n    notes: Notes\n\n"
        "    async def flush(self) -> None:\n        raise NotImplementedError\n\n"
        "    async def commit(self) -> None:\n        raise NotImplementedError\n\n\n"
        "async def add(unit: Unit, title: str) -> int:\n"
        "    found = await unit.notes.create(title)\n    await unit.flush()\n    await unit.commit()\n"
        "    return found\n",
    )

    text = _passes(project, "notes_service.py", "tests/test_notes_service.py")

    assert "unit.notes = notes" in text
    assert 'if "." not in one[0]] == ["flush", "commit"]' in " ".join(text.split()).replace("[ ", "[")


def test_a_key_that_is_another_one_each_time_is_not_compared(project: Project) -> None:
    project.write(
        "sessions_service.py",
        "from uuid import uuid4\n\n\n"
        "class Store:\n    async def put(self, values: dict[str, int]) -> None:\n"
        "        raise NotImplementedError\n\n\n"
        "async def begin(store: Store, seconds: int) -> int:\n"
        "    await store.put({str(uuid4()): seconds})\n    return seconds\n",
    )

    text = _passes(project, "sessions_service.py", "tests/test_sessions_service.py")

    assert "store.put.assert_awaited_once_with(ANY)" in text


def test_an_error_of_pydantic_is_not_made_of_a_message(project: Project) -> None:
    project.write(
        "problems_service.py",
        "from pydantic import ValidationError\n\n\n"
        "def described(error: ValidationError) -> int:\n    return len(error.errors())\n\n\n"
        "def plain(error: ValueError) -> str:\n    return str(error)\n",
    )

    text = _passes(project, "problems_service.py", "tests/test_problems_service.py")

    assert "ValidationError(" not in text
    assert "it is not known how to make a ValidationError" in " ".join(text.split())


def test_the_http_exception_of_starlette_is_another_one(project: Project) -> None:
    project.write(
        "handlers_service.py",
        "from fastapi import FastAPI, HTTPException\n"
        "from starlette.exceptions import HTTPException as StarletteHTTPException\n\n\n"
        "class Handlers:\n    def add(self, kind: type[Exception]) -> None:\n"
        "        raise NotImplementedError\n\n\n"
        "def register(handlers: Handlers) -> None:\n    handlers.add(StarletteHTTPException)\n\n\n"
        "def narrow(handlers: Handlers) -> None:\n    handlers.add(HTTPException)\n",
    )

    text = _passes(project, "handlers_service.py", "tests/test_handlers_service.py")

    assert "handlers.add.assert_called_once_with(StarletteHTTPException)" in text
    assert "handlers.add.assert_called_once_with(HTTPException)" in text


def test_a_field_with_several_names_has_its_default(project: Project) -> None:
    project.write(
        "claims.py",
        "from pydantic import AliasChoices, BaseModel, Field\n\n\n"
        "class Claims(BaseModel):\n    subject: str = Field(min_length=1)\n"
        "    first_name: str | None = Field(\n"
        '        default=None, validation_alias=AliasChoices("given_name", "first_name")\n    )\n\n\n'
        "def greeted(claims: Claims) -> str:\n"
        '    return f"{claims.subject}: {claims.first_name}"\n\n\n'
        "def parsed(name: str) -> Claims:\n"
        '    return Claims.model_validate({"subject": "s", "first_name": name})\n',
    )

    text = _passes(project, "claims.py", "tests/test_claims_dto.py")

    assert "assert result.first_name is None" in text
    assert "given_name=" in text


def test_a_field_whose_validator_is_not_followed_is_left_out(project: Project) -> None:
    project.write(
        "keys.py",
        "import colorsys\n\nfrom pydantic import BaseModel, field_validator\n\n\n"
        "class Keys(BaseModel):\n    name: str\n    colour: str | None = None\n\n"
        '    @field_validator("colour")\n    @classmethod\n'
        "    def known(cls, value: str | None) -> str | None:\n"
        "        if value is None:\n            return None\n"
        "        if colorsys.rgb_to_hls(len(value), 0, 0)[0] < 1:\n"
        '            raise ValueError("unknown")\n'
        "        return value\n",
    )
    project.write(
        "keys_service.py",
        "from keys import Keys\n\n\ndef shown(keys: Keys) -> str:\n    return keys.name.upper()\n",
    )

    text = _passes(project, "keys_service.py", "tests/test_keys_service.py")

    assert "keys: Keys = Keys(name=" in text or "shown(Keys(name=" in text
    assert "colour" not in text


def test_a_module_that_cannot_be_imported_is_not_tested(project: Project) -> None:
    project.write(
        "worker.py",
        "def bootstrap(url: str | None = None) -> str:\n"
        "    if url is None:\n"
        '        raise RuntimeError("a URL is needed")\n'
        "    return url\n\n\nbootstrap()\n",
    )

    text = _passes(project, "worker.py", "tests/test_worker.py")

    assert "import worker" not in text
    assert "importing worker raises RuntimeError" in " ".join(text.split())


def test_handlers_of_a_logger_are_not_told_to_be_none(project: Project) -> None:
    project.write(
        "logs_service.py",
        "import logging\n\n\ndef configured(level: str) -> str:\n"
        "    root = logging.getLogger()\n"
        "    for one in list(root.handlers):\n        root.removeHandler(one)\n"
        "    root.setLevel(level)\n    return level\n",
    )

    text = _passes(project, "logs_service.py", "tests/test_logs_service.py")

    assert "cannot be told by parsing" in text
