"""Small projects to scaffold: written from a dict, run in a pytest process of their own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from async_testing.cli.scaffold import main

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "scaffold.py"
PYPROJECT = """\
[project]
name = "shop"
version = "1"
dependencies = ["fastapi", "httpx2", "asyncpg"]
[dependency-groups]
dev = ["pytest", "pytest-asyncio", "faker"]
"""
STRICT = '[tool.pytest.ini_options]\nasyncio_default_fixture_loop_scope = "function"\n'
IGNORED = "ignore:Using `httpx` with `starlette.testclient`"


@dataclass(frozen=True)
class Result:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def counts(self) -> dict[str, int]:
        """pytest's last line: outcome → how many."""
        return {
            word.rstrip("s"): int(number)
            for number, word in re.findall(r"(\d+) (\w+)", self.out.splitlines()[-1])
        }


@dataclass(frozen=True)
class Sandbox:
    """A folder with a project in it."""

    root: Path

    def write(self, files: Mapping[str, str | bytes]) -> Sandbox:
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return self

    def text(self, name: str) -> str:
        return (self.root / name).read_text(encoding="utf-8")

    def snapshot(self) -> dict[str, bytes]:
        files = (path for path in self.root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in files}

    def pytest(self, *options: str, cwd: str = ".") -> Result:
        """Run the project's suite as its developer would; its own configuration decides."""
        command = [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTEST", "PYTHON", "COV"))
        }
        done = subprocess.run(
            [*command, *options],
            cwd=self.root / cwd,
            env={**clean, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=120,
        )
        return Result(done.returncode, done.stdout, done.stderr)


Scaffold = Callable[..., Result]


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    root = tmp_path / "shop"
    root.mkdir()
    return Sandbox(root)


@pytest.fixture
def scaffold(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> Scaffold:
    """Run the command line on the sandbox, in this process."""

    def run(*arguments: str) -> Result:
        capsys.readouterr()
        try:
            code = main([str(sandbox.root), *arguments])
        except SystemExit as stopped:
            code = stopped.code if isinstance(stopped.code, int) else 1
        told = capsys.readouterr()
        return Result(code, told.out, told.err)

    return run


@pytest.fixture
def shop(sandbox: Sandbox) -> Sandbox:
    """A FastAPI project with an app factory and asyncpg, without tests."""
    return sandbox.write({"pyproject.toml": PYPROJECT + STRICT, "shop/__init__.py": "", "shop/main.py": SHOP})


@pytest.fixture
def scratch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder for temporary files; short, for a socket lies in it."""
    folder = Path(tempfile.mkdtemp(prefix="left-"))
    monkeypatch.setenv("TMPDIR", str(folder))
    yield folder
    shutil.rmtree(folder)


def processes_in(folder: Path) -> list[str]:
    """The command lines of what runs with something in the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            found.append(line)
    return found


SHOP = """\
import asyncpg
from contextlib import asynccontextmanager

import anyio
from fastapi import APIRouter, Depends, FastAPI, Request


async def pool():
    return await asyncpg.create_pool("postgresql://nowhere")


async def user():
    return "real"


async def signed_in(name=Depends(user)):
    return name


async def checked():
    return None


async def everywhere():
    return None


async def unused():
    return None


@asynccontextmanager
async def lifespan(app):
    async with anyio.create_task_group() as group:
        group.start_soon(anyio.sleep_forever)
        app.state.open = True
        yield {"clock": "ticking"}
        group.cancel_scope.cancel()
    app.state.open = False


router = APIRouter(dependencies=[Depends(checked)])


@router.get("/state")
async def state(request: Request):
    return {"open": request.app.state.open, "clock": request.state.clock}


@router.get("/me")
async def me(name=Depends(signed_in)):
    return name


@router.get("/broken")
async def broken():
    raise LookupError("broken")


def create_app() -> FastAPI:
    app = FastAPI(lifespan=lifespan, dependencies=[Depends(everywhere)])
    app.include_router(router)
    return app
"""
