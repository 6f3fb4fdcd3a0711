#!/usr/bin/env python3
# /// script
# requires-python = ">=3.11"
# dependencies = []
# ///
"""Prove on a real server what fast tests only assume; --help tells the flags, side effects and exit codes."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - before any import that an older Python cannot read
    sys.stderr.write("verify.py: needs Python 3.11 or newer, this is %d.%d\n" % sys.version_info[:2])  # noqa: UP031
    sys.exit(2)

import os

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))  # noqa: PTH120 - python -P leaves it out

from async_testing.cli.verify import main

if __name__ == "__main__":
    sys.exit(main())
