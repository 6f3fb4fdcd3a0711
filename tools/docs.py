"""Keep the documents in step with tested code: ``python tools/docs.py`` writes, ``--check`` holds; see ``--help``."""

from __future__ import annotations

import sys

from documentation.cli import main

if __name__ == "__main__":
    sys.exit(main())
