"""The tests of this bundle, then each example's suite in a pytest process of its own.

    python tools/suite.py [PYTEST OPTION ...]

Exit 0: all passed. Exit 1: a suite failed, or one collected nothing.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


def main(options: list[str]) -> int:
    """Run the suites one after another; pytest's exit code 5 (no test) is a failure too."""
    examples = sorted(path.parent for path in (REPOSITORY / "examples").glob("*/pyproject.toml"))
    started = time.perf_counter()
    failed = []
    for folder in [REPOSITORY, *examples]:
        name = folder.name if folder != REPOSITORY else "the bundle"
        print(f"== {name}", flush=True)
        parallel = ["-n", "2"] if folder == REPOSITORY else []
        if (
            subprocess.run([sys.executable, "-m", "pytest", "-q", *parallel, *options], cwd=folder).returncode
            != 0
        ):
            failed.append(name)
    print(
        f"== {1 + len(examples) - len(failed)} suites passed in {time.perf_counter() - started:.0f} s",
        flush=True,
    )
    if failed:
        print(f"== failed: {', '.join(failed)}", flush=True)
    return 1 if failed or not examples else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
