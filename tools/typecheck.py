"""Hold the types: mypy --strict over the scripts, the tools, what is scaffolded, and each example with its suite.

    python tools/typecheck.py

Exit 0: clean. Exit 1: mypy found something.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


def main() -> int:
    """Run mypy once from the root and once from each example, as its users would."""
    examples = sorted(path.parent for path in (REPOSITORY / "examples").glob("*/pyproject.toml"))
    runs = [
        (REPOSITORY, ["scripts", "tools", "evals/run.py"]),
        *((example, ["src", "tests"]) for example in examples),
    ]
    codes = []
    for folder, targets in runs:
        config = [
            "--config-file",
            str(REPOSITORY / "pyproject.toml"),
            "--cache-dir",
            str(REPOSITORY / ".mypy_cache"),
        ]
        print(f"mypy {folder.relative_to(REPOSITORY.parent)}: {' '.join(targets)}", flush=True)
        codes.append(subprocess.run([sys.executable, "-m", "mypy", *config, *targets], cwd=folder).returncode)
    return 1 if any(codes) or not examples else 0


if __name__ == "__main__":
    sys.exit(main())
