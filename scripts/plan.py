#!/usr/bin/env python3
# /// script
# requires-python = ">=3.11"
# dependencies = []
# ///
"""Tell what deserves a test in a module; --help tells the flags, side effects and exit codes."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - before any import that an older Python cannot read
    sys.stderr.write("plan.py: needs Python 3.11 or newer, this is %d.%d\n" % sys.version_info[:2])  # noqa: UP031
    sys.exit(2)

import gc
import os

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))  # noqa: PTH120 - python -P leaves it out

from async_testing.cli.plan import main

if __name__ == "__main__":
    gc.disable()  # syntax trees hold no cycles, and what does is collected in between; the process is short
    code = main()
    gc.freeze()  # or the interpreter looks for cycles in all there is before it ends
    sys.exit(code)
