"""Plant bugs in an example, or rewrite it, and see what its suite says: slow, obvious, the reference.

    python tools/mutate.py examples/users --jobs 2 --minimum 95
    python tools/mutate.py examples/users --jobs 2 --rewrites --oracle integration

Each mutant is written to a copy and judged by plain pytest in a process of its own; the example is only read.
Exit 0: the share reached the minimum. Exit 1: it did not. Exit 2: nothing could be judged.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from mutation.cli import main

if __name__ == "__main__":
    sys.exit(main())
