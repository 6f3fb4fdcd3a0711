"""How long detection takes against parsing every file, as one line of JSON.

    python tools/bench_detect.py [ROOT] [--runs 5]

Without ROOT a service of 1,000 Python files is made in a temporary folder: models, repositories, routers with
dependencies, services and tests, in which every file mentions something that detection looks for. Both sides
run in this process, in turn; the figures are medians. Exit 0 always, since a benchmark is not a test.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import json
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY / "scripts"))

from async_testing.detection.tree import Tree  # noqa: E402
from async_testing.project import detect  # noqa: E402

PARTS = 200
FUNCTION = '''
async def {name}_{number}(connection: Connection, key: int, limit: int = {number}) -> list[dict[str, object]]:
    """Read what belongs to a key, newest first, and leave out what was deleted."""
    rows = await connection.fetch(
        "SELECT id, name, created_at FROM {name} WHERE owner = $1 AND deleted_at IS NULL LIMIT $2", key, limit
    )
    if not rows and limit > {number}:
        raise LookupError(f"nothing of {{key}} in {name}")
    return [{{"id": row["id"], "label": row["name"].strip().title()}} for row in rows if row["id"] % 7 != {number}]
'''
FILES = {
    "app/{name}/model.py": "from pydantic import BaseModel\n\n\nclass Model(BaseModel):\n    id: int\n    name: str\n",
    "app/{name}/repository.py": "from asyncpg import Connection\n",
    "app/{name}/router.py": (
        "from asyncpg import Connection\nfrom fastapi import APIRouter, Depends, FastAPI\n\n"
        "from app.database import get_connection\nfrom app.{name} import repository\n\nrouter = APIRouter()\n\n\n"
        "def register(app: FastAPI) -> None:\n    app.include_router(router)\n\n\n"
        '@router.get("/{name}")\n'
        "async def read(connection: Connection = Depends(get_connection)) -> list[dict[str, object]]:\n"
        "    return await repository.{name}_0(connection, 1)\n"
    ),
    "app/{name}/service.py": "from asyncpg import Connection\n\nfrom app.{name} import repository\n",
    "tests/test_{name}.py": (
        "import pytest\nfrom asyncpg import Connection\n\n\n"
        "@pytest.fixture\ndef session() -> object:\n    return object()\n\n\n"
        "@pytest.mark.asyncio\nasync def test_{name}(session: object) -> None:\n    assert session\n"
    ),
}
APPLICATION = {
    "app/main.py": (
        "from fastapi import FastAPI\n\nfrom app.part0.router import register\n\n\n"
        "def create_app() -> FastAPI:\n    app = FastAPI()\n    register(app)\n    return app\n\n\napp = create_app()\n"
    ),
    "app/database.py": (
        "from collections.abc import AsyncIterator\n\nimport asyncpg\n\n\n"
        "async def get_connection() -> AsyncIterator[asyncpg.Connection]:\n"
        '    connection = await asyncpg.connect("")\n    yield connection\n'
    ),
    "tests/conftest.py": "import pytest\n\n\n@pytest.fixture\ndef database() -> object:\n    return object()\n",
}


def service(folder: Path) -> None:
    """Write a service of some 1,000 files."""
    for path, text in APPLICATION.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    for part in range(PARTS):
        name = f"part{part}"
        for path, head in FILES.items():
            target = folder / path.format(name=name)
            target.parent.mkdir(parents=True, exist_ok=True)
            body = "".join(FUNCTION.format(name=name, number=number) for number in range(8))
            target.write_text(head.format(name=name) + body)


def parse_all(root: Path) -> int:
    """Parse the files that detection would look at; how many parsed."""
    parsed = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path in Tree(root).sources:
            with contextlib.suppress(SyntaxError, ValueError, RecursionError):
                ast.parse((root / path).read_bytes())
                parsed += 1
    return parsed


def seconds(work: Callable[[], object]) -> float:
    """How long a call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> int:
    """Measure, and print the line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("root", nargs="?", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        root: Path = options.root or Path(scratch)
        if options.root is None:
            service(root)
        files = parse_all(root)
        pairs = [
            (seconds(lambda: detect(root)), seconds(lambda: parse_all(root))) for _ in range(options.runs)
        ]
    ours, peer = (statistics.median(column) for column in zip(*pairs, strict=True))
    figures = {"files": files, "detect_s": round(ours, 3), "parse_s": round(peer, 3)}
    print(json.dumps({**figures, "ratio": round(statistics.median(a / b for a, b in pairs), 3)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
